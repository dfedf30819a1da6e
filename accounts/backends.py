"""Rights in the admin follow from roles: no second table of permissions to keep in step."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend

from accounts.models import READERS, Role

# The administrator keeps people, units and settings; decisions and scores may be looked at there, never changed.
ADMINISTERED = {"accounts", "campaigns", "standards", "axes"}


class RoleBackend(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        """The demo's shared password, known to everybody, opens nothing outside the demo."""
        if password == settings.DEMO_PASSWORD and not settings.DEBUG:
            return None
        return super().authenticate(request, username=username, password=password, **kwargs)

    def has_perm(self, user_obj, perm, obj=None):
        app, _, codename = perm.partition(".")
        if codename.startswith(("view_", "export_")):
            return user_obj.has_role(*READERS)
        return app in ADMINISTERED and user_obj.has_role(Role.ADMIN)

    def has_module_perms(self, user_obj, app_label):
        return user_obj.has_role(*READERS)
