from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from xuancheng_portal import archives


class Command(BaseCommand):
    help = "Write the whole portal (rows and stored files) into one archive with a manifest of SHA-256."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *, file, **options):
        try:
            rows, files = archives.backup(file, at=timezone.now())
        except OSError as error:
            raise CommandError(f"备份没有写成：{error} / the backup was not written") from error
        self.stdout.write(f"已备份 {rows} 行数据、{files} 个文件到 {file} / backed up")
