"""Reviews, scores, guidance and visits to look at and to take out as rows; they change on their own pages, where the rules are asked."""

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.admin import ReadOnlyAdmin, RowsAdmin, SheetAdmin
from accounts.models import BACK_DOOR
from accounts.permissions import can_administer
from campaigns.permissions import acted_in, is_municipal_office
from inspections.models import (
    AgreedScore,
    AssignmentAnswer,
    Challenge,
    ConflictOverride,
    DeclaredConflict,
    DeskReview,
    DevicePhoto,
    DeviceRevision,
    GroupMember,
    GuidanceNote,
    PastService,
    PoolEntry,
    Rectification,
    RectificationStep,
    Score,
    Signature,
    Unlocking,
    Visit,
    WitnessSignature,
)
from inspections.permissions import can_plan
from inspections.resources import (
    AgreedScoreResource,
    AssignmentAnswerResource,
    ChallengeResource,
    ConflictOverrideResource,
    DeclaredConflictResource,
    DeskReviewResource,
    GroupMemberResource,
    GuidanceNoteResource,
    PastServiceResource,
    PoolEntryResource,
    RectificationResource,
    RectificationStepResource,
    ScoreResource,
    SignatureResource,
    UnlockingResource,
    VisitResource,
    WitnessSignatureResource,
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


@admin.register(PastService)
class PastServiceAdmin(RowsAdmin):
    """A fact about people, kept by the administrator as accounts are."""

    resource_classes = [PastServiceResource]
    list_display = ["user", "organization", "ended_on"]
    list_select_related = ["user", "organization"]
    search_fields = ["user__name", "user__username", "organization__name"]
    autocomplete_fields = ["user", "organization"]

    def has_add_permission(self, request):
        return can_administer(request.user)

    def has_change_permission(self, request, obj=None):
        return can_administer(request.user)

    def has_delete_permission(self, request, obj=None):
        return can_administer(request.user)

    def has_import_permission(self, request):
        return can_administer(request.user)


@admin.register(GroupMember)
class GroupMemberAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [GroupMemberResource]
    list_display = ["group", "user", "is_leader"]
    list_select_related = ["group", "user"]
    list_filter = ["group__campaign"]


@admin.register(Visit)
class VisitAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [VisitResource]
    list_display = ["application", "group", "on", "started_at", "locked_at", "locked_by"]
    list_select_related = ["application__organization", "application__track", "group", "locked_by"]
    list_filter = ["application__campaign"]


@admin.register(DeclaredConflict)
class DeclaredConflictAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [DeclaredConflictResource]
    list_display = ["user", "organization", "reason", "declared_by", "declared_at"]
    list_select_related = ["user", "organization", "declared_by"]
    list_filter = ["campaign"]


@admin.register(ConflictOverride)
class ConflictOverrideAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [ConflictOverrideResource]
    list_display = ["visit", "user", "conflict", "reason", "allowed_by", "allowed_at"]
    list_select_related = ["visit__application__organization", "user", "allowed_by"]
    list_filter = ["visit__application__campaign"]


@admin.register(Signature)
class SignatureAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [SignatureResource]
    list_display = ["visit", "user", "signed_at", "findings_sha256", "voided_at", "void_reason"]
    list_select_related = ["visit__application__organization", "user"]
    list_filter = ["visit__application__campaign"]


@admin.register(WitnessSignature)
class WitnessSignatureAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [WitnessSignatureResource]
    list_display = ["visit", "name", "duty", "refusal", "taken_by", "signed_at", "findings_sha256", "voided_at", "void_reason"]
    list_select_related = ["visit__application__organization", "taken_by"]
    list_filter = ["visit__application__campaign"]


@admin.register(Unlocking)
class UnlockingAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [UnlockingResource]
    list_display = ["visit", "reason", "unlocked_by", "unlocked_at"]
    list_select_related = ["visit__application__organization", "unlocked_by"]
    list_filter = ["visit__application__campaign"]


@admin.register(PoolEntry)
class PoolEntryAdmin(SheetAdmin):
    """Single entries change on their page; a sheet of them goes out and comes in here, of campaigns the municipal office acts in."""

    resource_classes = [PoolEntryResource]
    list_display = ["user", "campaign", "cap", "added_at", "left_at"]
    list_select_related = ["user", "campaign"]
    list_filter = [("campaign", admin.RelatedOnlyFieldListFilter)]

    def get_queryset(self, request):
        found = super().get_queryset(request)
        return found if request.user.has_role(*BACK_DOOR) else found.filter(acted_in(request.user, "campaign__"))

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return request.user.has_role(*BACK_DOOR) or is_municipal_office(request.user)

    def has_export_permission(self, request):
        return self.has_view_permission(request)

    def has_import_permission(self, request):
        """The municipal office, whose rows are then asked for their campaign; a county's office has the page alone."""
        return can_plan(request.user, None) or can_administer(request.user)


@admin.register(AssignmentAnswer)
class AssignmentAnswerAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [AssignmentAnswerResource]
    list_display = ["visit", "user", "on", "answer", "kind", "reason", "answered_at"]
    list_select_related = ["visit__application__organization", "user"]
    list_filter = ["answer"]


@admin.register(Challenge)
class ChallengeAdmin(ExportMixin, ReadOnlyAdmin):
    resource_classes = [ChallengeResource]
    list_display = ["organization", "user", "state", "declared_at", "decided_by", "decided_at"]
    list_select_related = ["organization", "user", "decided_by"]
    list_filter = ["campaign", "state"]


@admin.register(DeviceRevision)
class DeviceRevisionAdmin(ReadOnlyAdmin):
    list_display = ["record", "number", "verdict", "points", "reason", "device_at", "received_at"]
    list_select_related = ["record__owner"]
    list_filter = ["record__state", "record__why"]


@admin.register(DevicePhoto)
class DevicePhotoAdmin(ReadOnlyAdmin):
    list_display = ["owner", "unit", "item_code", "state", "size", "device_at", "received_at"]
    list_select_related = ["owner"]
    list_filter = ["state", "why"]
