from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit import record
from campaigns.models import Campaign
from xuancheng_portal import campaign_archive


class Command(BaseCommand):
    help = "Write one campaign into a zip with its SHA256SUMS, to be kept and checked without the portal."

    def add_arguments(self, parser):
        parser.add_argument("campaign", metavar="YEAR", help="the year of the campaign; its code where a year has several")
        parser.add_argument("file")

    def handle(self, *, campaign, file, **options):
        found = self.campaign_named(campaign)
        at = timezone.now()
        record("accounts.export", found, by=None, at=at, campaign=found, kind="xuancheng_portal.archive")
        try:
            count = campaign_archive.write_file(found, file, at=at)
        except OSError as error:
            raise CommandError(f"归档没有写成：{error} / the archive was not written") from error
        self.stdout.write(f"“{found}”已归档到 {file}，共 {count} 个文件，另有清单 SHA256SUMS / archived")

    @staticmethod
    def campaign_named(text):
        by_year = Campaign.objects.filter(year=text) if text.isdecimal() and len(text) <= 4 else Campaign.objects.none()
        found = list(by_year or Campaign.objects.filter(code=text))
        if len(found) == 1:
            return found[0]
        if found:
            codes = "、".join(campaign.code for campaign in found)
            raise CommandError(f"{text} 年有几个活动，请写代码：{codes} / several campaigns, name one by its code")
        raise CommandError(f"没有 {text} 年的活动，也没有代码为 {text} 的活动 / no such campaign")
