from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from xuancheng_portal import duties


class Command(BaseCommand):
    help = "Do now, once, what the clock does every minute."

    def handle(self, **options):
        failed = duties.run(timezone.now())
        if failed:
            raise CommandError(", ".join(failed))
        self.stdout.write(f"{len(duties.every_duty())} 项定时任务已完成 / duties done")
