from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from applications import uploads
from applications.models import Blob


class Command(BaseCommand):
    help = "Hash every stored file again and report what is missing, changed or stray. Exits with 1 if anything is."

    def handle(self, *args, **options):
        findings = 0
        for finding in uploads.verify_store(Blob.objects.order_by("sha256").iterator()):
            findings += 1
            self.stdout.write(finding.sentence)
        if findings:
            raise CommandError(ngettext("核对发现 %(n)d 个问题", "核对发现 %(n)d 个问题", findings) % {"n": findings})
        self.stdout.write(_("核对完毕：%(n)d 个文件齐全，内容与记录一致") % {"n": Blob.objects.count()})
