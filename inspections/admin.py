"""Reviews, scores and guidance to look at and to take out as rows; they change on their own pages, where the rules are asked."""

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.admin import ReadOnlyAdmin
from inspections.models import AgreedScore, DeskReview, GuidanceNote, Rectification, RectificationStep, Score
from inspections.resources import (
    AgreedScoreResource,
    DeskReviewResource,
    GuidanceNoteResource,
    RectificationResource,
    RectificationStepResource,
    ScoreResource,
)


@admin.register(DeskReview)
class DeskReviewAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [DeskReviewResource]
    list_display = ["application", "scorer", "started_at", "finished_at"]
    list_select_related = ["application__organization", "application__track", "scorer"]
    list_filter = ["application__campaign"]


@admin.register(Score)
class ScoreAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [ScoreResource]
    list_display = ["application", "stage", "item", "scorer", "points", "maximum", "abstained", "scored_at"]
    list_select_related = ["application__organization", "application__track", "item", "scorer"]
    list_filter = ["application__campaign", "stage"]


@admin.register(AgreedScore)
class AgreedScoreAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [AgreedScoreResource]
    list_display = ["application", "stage", "item", "points", "maximum", "agreed_by", "agreed_at"]
    list_select_related = ["application__organization", "application__track", "item", "agreed_by"]
    list_filter = ["application__campaign", "stage"]


@admin.register(GuidanceNote)
class GuidanceNoteAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [GuidanceNoteResource]
    list_display = ["application", "item", "text", "noted_by", "noted_at"]
    list_select_related = ["application__organization", "application__track", "item", "noted_by"]
    list_filter = ["application__campaign"]


@admin.register(Rectification)
class RectificationAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [RectificationResource]
    list_display = ["application", "item", "due_at", "state", "raised_by", "closed_by"]
    list_select_related = ["application__organization", "application__track", "item", "raised_by", "closed_by"]
    list_filter = ["application__campaign", "state"]


@admin.register(RectificationStep)
class RectificationStepAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [RectificationStepResource]
    list_display = ["rectification", "kind", "by", "at"]
    list_select_related = ["rectification__application__organization", "rectification__item", "by"]
