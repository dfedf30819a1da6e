"""The back door of the calendar and the campaigns. Dates, quotas and settings change on their page, where a reason is asked and the log is written."""

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.admin import ReadOnlyAdmin, RowsAdmin
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
class CalendarDayAdmin(RowsAdmin):
    resource_classes = [CalendarDayResource]
    list_display = ["date", "is_workday", "name", "source"]
    list_filter = ["is_workday", "source"]
    date_hierarchy = "date"


class PartAdmin(RowsAdmin):
    """Rows come in before a campaign is seen; afterwards its pages and its file are the way."""

    campaign_of = "campaign"

    def is_settled(self, row):
        for name in self.campaign_of.split("."):
            row = getattr(row, name)
        return row.published_at is not None

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not (obj and self.is_settled(obj))

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not (obj and self.is_settled(obj))

    def get_actions(self, request):
        """No deleting by the list, which would not ask row by row."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(Campaign)
class CampaignAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [CampaignResource]
    list_display = ["code", "year", "title", "published_at"]


@admin.register(Phase)
class PhaseAdmin(PartAdmin):
    resource_classes = [PhaseResource]
    list_display = ["campaign", "key", "name", "starts_at", "ends_at", "opens"]
    list_filter = ["campaign"]
    list_select_related = ["campaign"]


@admin.register(Track)
class TrackAdmin(PartAdmin):
    resource_classes = [TrackResource]
    list_display = ["campaign", "key", "name", "kind", "quota"]
    list_filter = ["campaign"]
    list_select_related = ["campaign", "kind"]


@admin.register(Minimum)
class MinimumAdmin(PartAdmin):
    campaign_of = "track.campaign"
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
