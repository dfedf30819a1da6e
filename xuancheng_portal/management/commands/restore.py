from django.core.management.base import BaseCommand, CommandError

from xuancheng_portal import archives


class Command(BaseCommand):
    help = "Fill an empty portal from an archive that `backup` wrote. Refuses one that already holds data."

    def add_arguments(self, parser):
        parser.add_argument("file")

    def handle(self, *, file, **options):
        try:
            rows, files = archives.restore(file)
        except (OSError, archives.Unusable) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"已恢复 {rows} 行数据、{files} 个文件 / restored")
