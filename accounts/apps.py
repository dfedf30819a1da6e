from importlib import import_module

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from accounts.triggers import install_frozen


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("单位与账号")

    def ready(self):
        post_migrate.connect(install_frozen)
        import_module("accounts.signals")
        import_module("accounts.importing.jobs")
