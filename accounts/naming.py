"""What is this portal called? One name of the installation (`PORTAL_NAME`): at the head and foot of pages, in titles, in letters."""

from django.conf import settings
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _


def portal_name():
    """In the language of the moment: the installation's own, or that of the demo."""
    if not settings.PORTAL_NAME:
        return _("宣城市政务公开示范创建")
    in_english = (get_language() or "").startswith("en")
    return in_english and settings.PORTAL_NAME_EN or settings.PORTAL_NAME


def platform_name():
    """The same as the sender of a letter, and the foot of a page."""
    return _("%(portal)s平台") % {"portal": portal_name()}


def administration_name():
    """Lazy, because it is asked for before the language is known."""
    return format_lazy(gettext_lazy("{portal} · 系统管理"), portal=lazy(portal_name, str)())
