from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone, translation

from accounts.organizations_file import known_kinds
from campaigns import campaign_file
from campaigns.models import Campaign
from xuancheng_portal.celery import app
from xuancheng_portal.demo import cast, story_2021, story_county, story_now

CAMPAIGN = settings.BASE_DIR / "standards/data/xuancheng-2021.yaml"


class Command(BaseCommand):
    help = "Play the demo's invented stories through the real actions: 2021's campaign finished, this year's open. Only where DEBUG is on."

    def handle(self, **options):
        if not cast.is_allowed():
            raise CommandError("演示数据和演示账号只能在演示模式下建立 / demo data is made in demo mode only (make run)")
        past = Campaign.objects.filter(code="xuancheng-2021").first()
        if past is None:
            raise CommandError("请先运行 load_organizations 和 load_campaign / load the organizations and the campaign first")
        if Campaign.objects.exclude(pk=past.pk).filter(is_demo=True).exists():
            self.stdout.write("演示数据已经有了，没有改动 / the demo is already there")
            return
        if past.applications.exists():
            raise CommandError(
                f"演示数据上次没有建完，请删除数据目录 {settings.VAR} 后重新运行 / the demo was broken off; remove the data folder and run again"
            )
        # Messages are left at once: nobody is waiting at a worker while the stories are played.
        app.conf.task_always_eager = True
        try:
            with translation.override("zh-hans"):
                cast.make_accounts()
                past.is_demo = True
                past.save(update_fields=["is_demo"])
                story_2021.play(past)
                document = campaign_file.read(CAMPAIGN.read_bytes(), known_kinds())
                with transaction.atomic():
                    now = story_now.play(document, timezone.now())
                    county = story_county.play_jingde(timezone.now())
                    for campaign in (now, county):
                        campaign.is_demo = True
                        campaign.save(update_fields=["is_demo"])
                    cast.leave_links_alone()
                # Once the stories have told everything, which they do when their rows are there.
                cast.give_addresses()
                cast.settle_in(timezone.now())
        finally:
            app.conf.task_always_eager = False
        self.stdout.write(f"演示数据已建立：{past}；{now}；{county} / the demo is ready")
