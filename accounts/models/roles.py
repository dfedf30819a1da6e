"""Which roles there are, and which of them share something."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    UNIT_CLERK = "unit_clerk", _("填报员")
    COUNTY_CLERK = "county_clerk", _("县级审核员")
    OFFICE = "office", _("市政务公开办")
    OFFICE_LEAD = "office_lead", _("办领导")
    COUNTY_OFFICE = "county_office", _("县级公开办")
    COUNTY_LEAD = "county_lead", _("县级公开办领导")
    INSPECTOR = "inspector", _("验收员")
    ADMIN = "admin", _("系统管理员")
    AUDITOR = "auditor", _("审计员")


OFFICE = {Role.OFFICE, Role.OFFICE_LEAD}
OFFICES = OFFICE | {Role.COUNTY_OFFICE, Role.COUNTY_LEAD}  # the city's and the counties'
BACK_DOOR = {Role.ADMIN, Role.AUDITOR}  # they look at every row in the admin
READERS = OFFICE | BACK_DOOR  # they look at units and people; who changes something is asked besides
