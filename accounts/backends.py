"""Rights in the admin follow from roles: no second table of permissions to keep in step."""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import BACK_DOOR, Role, User

# The administrator keeps people, units and settings; decisions, scores and wrong passwords may be looked at there, never changed.
ADMINISTERED = {"accounts", "campaigns", "standards"}


class RoleBackend(ModelBackend):
    def authenticate(self, request, username=None, password=None, **kwargs):
        """The demo's shared password, known to everybody, opens nothing outside the demo."""
        if password == settings.DEMO_PASSWORD and not settings.DEBUG:
            return None
        return super().authenticate(request, username=username, password=password, **kwargs)

    def get_user(self, user_id):
        """The person of a session, read with the answer to what every request asks: whether a second factor is set up."""
        devices = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        user = User.objects.annotate(had_second_factor=Exists(devices)).filter(pk=user_id).first()
        return user if user and self.user_can_authenticate(user) else None

    def has_perm(self, user_obj, perm, obj=None):
        app, _, codename = perm.partition(".")
        if codename.startswith(("view_", "export_")):
            return user_obj.has_role(*BACK_DOOR)
        return app in ADMINISTERED and user_obj.has_role(Role.ADMIN)

    def has_module_perms(self, user_obj, app_label):
        return user_obj.has_role(*BACK_DOOR)
