"""What a reviewer must say before a likeness is none."""

from django.utils.translation import gettext as _

from campaigns.rules import Problem


def dismissal_problems(reason):
    return [] if reason.strip() else [Problem(_("请写明为什么不是雷同，例如：全市统一的空白表格。"), "#id_reason")]
