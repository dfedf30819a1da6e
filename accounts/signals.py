"""Signing in and out is told by Django's signals; the audit log listens."""

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.utils import timezone

from accounts.audit import record
from accounts.models import User


@receiver(user_logged_in)
def signed_in(sender, request, user, **kwargs):
    record("accounts.login", user, by=user, at=timezone.now(), way=getattr(request, "signing_in_by", "password"))


@receiver(user_logged_out)
def signed_out(sender, request, user, **kwargs):
    if user:
        record("accounts.logout", user, by=user, at=timezone.now())


@receiver(user_login_failed)
def failed(sender, credentials, request=None, **kwargs):
    """Only names that exist are recorded: what was typed into the wrong field may be a password. What had to wait was not even read."""
    if getattr(request, "password_unread", False):
        return
    user = User.objects.filter(username=credentials.get("username")).first()
    if user:
        record("accounts.login_failed", user, by=None, at=timezone.now())
