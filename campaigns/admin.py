"""The back door of the calendar and the campaigns. Everything changes on its page, where a reason is asked; days and the parts of a draft come in as rows."""

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.admin import ReadOnlyAdmin, SheetAdmin
from campaigns.models import CalendarDay, Campaign, CountyCutoff, Extension, Minimum, Phase, Track
from campaigns.resources import (
    CalendarDayResource,
    CampaignResource,
    CutoffResource,
    ExtensionResource,
    MinimumResource,
    PhaseResource,
    TrackResource,
)


@admin.register(CalendarDay)
class CalendarDayAdmin(SheetAdmin):
    resource_classes = [CalendarDayResource]
    list_display = ["date", "is_workday", "name", "source"]
    list_filter = ["is_workday", "source"]
    date_hierarchy = "date"


@admin.register(Campaign)
class CampaignAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [CampaignResource]
    list_display = ["code", "year", "title", "published_at"]


@admin.register(Phase)
class PhaseAdmin(SheetAdmin):
    resource_classes = [PhaseResource]
    list_display = ["campaign", "key", "name", "starts_at", "ends_at", "opens"]
    list_filter = ["campaign"]
    list_select_related = ["campaign"]


@admin.register(Track)
class TrackAdmin(SheetAdmin):
    resource_classes = [TrackResource]
    list_display = ["campaign", "key", "name", "kind", "quota"]
    list_filter = ["campaign"]
    list_select_related = ["campaign", "kind"]


@admin.register(Minimum)
class MinimumAdmin(SheetAdmin):
    resource_classes = [MinimumResource]
    list_display = ["track", "per", "min", "max"]
    list_select_related = ["track", "per"]


@admin.register(Extension)
class ExtensionAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [ExtensionResource]
    list_display = ["organization", "phase", "until", "reason", "granted_at", "granted_by"]
    list_select_related = ["organization", "phase", "granted_by"]


@admin.register(CountyCutoff)
class CountyCutoffAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [CutoffResource]
    list_display = ["county", "campaign", "at", "set_at", "set_by"]
    list_select_related = ["county", "campaign", "set_by"]
