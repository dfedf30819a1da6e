from django.core.management.base import BaseCommand, CommandError

from xuancheng_portal.invariants import RULES, violations


class Command(BaseCommand):
    help = "Ask every rule that must always hold across the portal. Reads only, safe on a live system."

    def handle(self, **options):
        found = violations()
        for name, sentence, row in found:
            self.stderr.write(f"{name}: {sentence}: {row}")
        if found:
            raise CommandError(f"{len(found)} 处不符合 / violations of {len(RULES)} rules")
        self.stdout.write(f"{len(RULES)} 条规则全部符合 / all {len(RULES)} rules hold")
