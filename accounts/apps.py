from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.triggers import install_frozen, refuse


def keep_rehearsals_inside(*, using, **kwargs):
    """What is told in a rehearsal never leaves the portal."""
    of_rehearsal = "EXISTS (SELECT 1 FROM accounts_message WHERE id = NEW.message_id AND rehearsal <> '')"
    refuse(using, "accounts_delivery", "INSERT", of_rehearsal, "a message of a rehearsal is not sent")


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("单位与账号")

    def ready(self):
        post_migrate.connect(install_frozen)
        post_migrate.connect(keep_rehearsals_inside, sender=self)
        import_module("accounts.signals")
        import_module("accounts.importing.jobs")
