"""Decisions to look at and to take out as rows. Objections are not here: each reading of one is recorded on its own page."""

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.admin import ReadOnlyAdmin
from results.models import FrozenRanking, Naming, Place, PublicNotice, Recommendation, SelectionList, TieDecision
from results.resources import NamingResource, PlaceResource, PublicNoticeResource, RecommendationResource


@admin.register(Place)
class PlaceAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [PlaceResource]
    list_display = ["track", "slot", "application", "taken_at", "taken_by"]
    list_select_related = ["track", "application__organization", "application__track", "taken_by"]
    list_filter = ["track__campaign"]


@admin.register(SelectionList)
class SelectionListAdmin(ReadOnlyAdmin):
    list_display = ["track", "state", "unused_reason"]
    list_select_related = ["track"]


@admin.register(FrozenRanking)
class FrozenRankingAdmin(ReadOnlyAdmin):
    list_display = ["selection", "number", "locked_at", "locked_by", "confirmed_at", "confirmed_by", "reopened_at"]
    list_select_related = ["selection__track", "locked_by", "confirmed_by"]


@admin.register(TieDecision)
class TieDecisionAdmin(ReadOnlyAdmin):
    list_display = ["track", "decided_on", "recorded_at", "recorded_by"]
    list_select_related = ["track", "recorded_by"]


@admin.register(PublicNotice)
class PublicNoticeAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [PublicNoticeResource]
    list_display = ["title", "campaign", "number", "starts_on", "ends_on", "published_by", "withdrawn_at"]
    list_select_related = ["campaign", "published_by"]


@admin.register(Naming)
class NamingAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [NamingResource]
    list_display = ["application", "place", "document_number", "named_at", "withdrawn_at"]
    list_select_related = ["application__organization", "application__track", "place__track"]


@admin.register(Recommendation)
class RecommendationAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [RecommendationResource]
    list_display = ["naming", "target", "recommended_at"]
    list_select_related = ["naming__application__organization", "naming__place__track"]
