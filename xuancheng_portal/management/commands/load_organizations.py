from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.loading import BrokenFile
from accounts.organizations_file import load_organizations


class Command(BaseCommand):
    help = "Load organizations from a CSV file. May be run again: changes only what changed."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *, file, **options):
        try:
            report = load_organizations(file.read_bytes(), at=timezone.now())
        except OSError as error:
            raise CommandError(_("读不到文件 %(file)s：%(error)s。") % {"file": file, "error": error.strerror}) from None
        except BrokenFile as broken:
            for finding in broken.findings:
                self.stderr.write(str(finding))
            raise CommandError(_("文件有 %(n)s 处问题，什么都没有保存。") % {"n": len(broken.findings)}) from None
        self.stdout.write(_("单位：%(report)s") % {"report": report})
