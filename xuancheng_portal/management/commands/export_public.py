from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from xuancheng_portal import static_export


class Command(BaseCommand):
    help = "Write the public pages into a folder of plain files that another site can host. An earlier export there is replaced."

    def add_arguments(self, parser):
        parser.add_argument("folder")

    def handle(self, *, folder, **options):
        try:
            pages = static_export.export(folder, at=timezone.localtime())
        except (static_export.ExportRefused, OSError) as refusal:
            raise CommandError(f"没有导出：{refusal} / nothing was exported") from refusal
        self.stdout.write(f"已导出 {pages} 个页面到 {folder} / exported")
