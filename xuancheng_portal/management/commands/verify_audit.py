from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from accounts.audit import check
from accounts.models import AuditEvent


class Command(BaseCommand):
    help = "Walk the chain of the audit log and name the first bad entry."

    def handle(self, **options):
        bad, _sentence = check(timezone.now())
        if bad is not None:
            raise CommandError(f"审计链从第 {bad} 条起不完整 / the chain is broken at entry {bad}")
        self.stdout.write(f"审计链完整，共 {AuditEvent.objects.count()} 条 / the chain is whole")
