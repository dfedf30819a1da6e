from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading import BrokenFile
from accounts.organizations_file import known_kinds
from campaigns import campaign_file
from campaigns.actions import load_campaign, seed_calendar
from campaigns.rules import NotAllowed
from standards.actions import load_standard


class Command(BaseCommand):
    help = "Load a campaign file: phases, tracks, minimums and the standard. May be run again: changes only what changed."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--draft", action="store_true", help="do not publish the campaign yet")

    def handle(self, *, file, draft, **options):
        now = timezone.now()
        try:
            document = campaign_file.read(file.read_bytes(), known_kinds())
            with transaction.atomic():
                days = seed_calendar()
                campaign, parts = load_campaign(document, at=now, publish=not draft)
                standard, items = load_standard(campaign, document, at=now, in_use=lambda standard: standard.applications.exists())
        except OSError as error:
            raise CommandError(_("读不到文件 %(file)s：%(error)s。") % {"file": file, "error": error.strerror}) from None
        except (BrokenFile, NotAllowed) as refusal:
            findings = refusal.findings if isinstance(refusal, BrokenFile) else refusal.problems
            for finding in findings:
                self.stderr.write(str(finding))
            raise CommandError(_("文件有 %(n)s 处问题，什么都没有保存。") % {"n": len(findings)}) from None
        self.stdout.write(_("工作日历：%(report)s") % {"report": days})
        self.stdout.write(_("“%(campaign)s”的活动设置、阶段、申报类别：%(report)s") % {"campaign": campaign, "report": parts})
        self.stdout.write(_("建设标准%(standard)s的类别、指标、检查点：%(report)s") % {"standard": standard, "report": items})
        for note in parts.notes + items.notes:
            self.stdout.write(note)
