"""The back door: rows to look at and to take out. What happened is written by actions only, so nothing is edited here."""

from django.contrib import admin
from import_export.admin import ExportMixin

from accounts.admin import ReadOnlyAdmin
from applications.models import (
    Application,
    Blob,
    CreationPlan,
    Evidence,
    FormTemplate,
    InterpretationPair,
    ItemResponse,
    LinkCheck,
    Reminder,
    Return,
    SignedForm,
    Submission,
)
from applications.resources import (
    ApplicationResource,
    EvidenceResource,
    ItemResponseResource,
    ReturnResource,
    SubmissionResource,
)


class Exported(ExportMixin, ReadOnlyAdmin):
    """Read only, with an export of what is filtered."""


@admin.register(Application)
class ApplicationAdmin(Exported):
    resource_classes = [ApplicationResource]
    list_display = ["organization", "track", "status", "started_at", "submitted_at", "county_order"]
    list_filter = ["campaign", "track", "status"]
    list_select_related = ["organization", "track"]
    search_fields = ["organization__name", "organization__short_name"]


@admin.register(ItemResponse)
class ItemResponseAdmin(Exported):
    resource_classes = [ItemResponseResource]
    list_display = ["application", "item", "self_verdict", "self_score", "done_at", "updated_at"]
    list_filter = ["application__campaign", "self_verdict"]
    list_select_related = ["application__organization", "application__track", "item"]
    search_fields = ["application__organization__name", "item__title"]


@admin.register(Evidence)
class EvidenceAdmin(Exported):
    resource_classes = [EvidenceResource]
    list_display = ["title", "kind", "response", "added_at", "added_by", "removed_at"]
    list_filter = ["kind"]
    list_select_related = ["response__application__organization", "response__item", "added_by"]
    search_fields = ["title", "response__application__organization__name"]


@admin.register(Blob)
class BlobAdmin(ReadOnlyAdmin):
    list_display = ["sha256", "extension", "size", "stored_at"]
    search_fields = ["sha256"]


@admin.register(LinkCheck)
class LinkCheckAdmin(ReadOnlyAdmin):
    list_display = ["evidence", "checked_at", "outcome", "http_status", "published_on"]
    list_filter = ["outcome", "is_latest"]
    list_select_related = ["evidence"]
    search_fields = ["evidence__title", "evidence__url"]


@admin.register(InterpretationPair)
class InterpretationPairAdmin(ReadOnlyAdmin):
    list_display = ["response", "document_title", "document_on", "reading_title", "reading_on"]
    list_select_related = ["response__application__organization", "response__item"]
    search_fields = ["document_title", "reading_title", "response__application__organization__name"]


@admin.register(Submission)
class SubmissionAdmin(Exported):
    resource_classes = [SubmissionResource]
    list_display = ["receipt", "application", "number", "received_at", "submitted_by", "to_county"]
    list_filter = ["application__campaign", "to_county"]
    list_select_related = ["application__organization", "application__track", "submitted_by"]
    search_fields = ["receipt", "application__organization__name"]


@admin.register(Return)
class ReturnAdmin(Exported):
    resource_classes = [ReturnResource]
    list_display = ["application", "level", "returned_at", "due_at", "answered_at"]
    list_filter = ["level", "application__campaign"]
    list_select_related = ["application__organization", "application__track"]


@admin.register(Reminder)
class ReminderAdmin(ReadOnlyAdmin):
    list_display = ["on", "organization", "campaign", "reminded_by"]
    list_filter = ["campaign"]
    list_select_related = ["organization", "campaign", "reminded_by"]


@admin.register(SignedForm)
class SignedFormAdmin(ReadOnlyAdmin):
    list_display = ["title", "application", "checksum", "submission", "uploaded_at", "uploaded_by"]
    list_filter = ["application__campaign"]
    list_select_related = ["application__organization", "application__track", "submission", "uploaded_by"]


@admin.register(FormTemplate)
class FormTemplateAdmin(ReadOnlyAdmin):
    list_display = ["title", "campaign", "uploaded_at", "uploaded_by", "removed_at"]
    list_filter = ["campaign"]
    list_select_related = ["campaign", "uploaded_by"]


@admin.register(CreationPlan)
class CreationPlanAdmin(ReadOnlyAdmin):
    list_display = ["organization", "campaign", "number", "title", "filed_at", "filed_by"]
    list_filter = ["campaign"]
    list_select_related = ["organization", "campaign", "filed_by"]
    search_fields = ["receipt", "title", "organization__name", "organization__short_name"]
