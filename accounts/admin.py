"""The back door: every row to look at and to take out, some to bring in. What has a screen is changed on that screen."""

import django.contrib.auth.admin  # noqa: F401 - it registers the groups, which are taken out again below
from django.contrib import admin, messages
from django.contrib.auth.models import Group
from django.db import transaction
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.admin import TOTPDevice
from import_export.admin import ImportExportModelAdmin

from accounts.audit import label, record, record_many
from accounts.formats import NoRows
from accounts.models import (
    AuditEvent,
    FormerName,
    Heartbeat,
    Job,
    Organization,
    OrganizationKind,
    RoleGrant,
    User,
)
from accounts.naming import administration_name
from accounts.rehearsing import PREFIX, here
from accounts.resources import FormerNameResource, KindResource, OrganizationResource, RoleGrantResource, UserResource

admin.site.unregister(Group)
admin.site.unregister(TOTPDevice)  # its key is nobody's but the owner's
admin.site.site_header = admin.site.site_title = administration_name()
admin.site.index_title = _("数据与设置")


class RealAdmin(admin.ModelAdmin):
    """What belongs to a rehearsal stays out of every list here, and out of what is exported from it."""

    def get_queryset(self, request):
        return here(super().get_queryset(request))


class ReadOnlyAdmin(RealAdmin):
    """Facts that only actions write: to look at, never to edit."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def facts(row):
    """What a row says, for the entry that remains of it."""
    return {field.name: str(getattr(row, field.name)) for field in row._meta.fields if field.name != "id"}


class RowsAdmin(RealAdmin, ImportExportModelAdmin):
    """Rows in and out, and what is changed by hand in the audit log. Of a file that cannot be read it says what to do, not what its reader called the trouble."""

    def save_model(self, request, obj, form, change):
        before = self.model.objects.get(pk=obj.pk) if change else None
        super().save_model(request, obj, form, change)
        changes = {name: ["" if before is None else str(getattr(before, name)), str(getattr(obj, name))] for name in form.changed_data}
        record("accounts.change_row" if change else "accounts.add_row", obj, by=request.user, at=timezone.now(), changes=changes)

    def delete_model(self, request, obj):
        record("accounts.delete_row", obj, by=request.user, at=timezone.now(), before=facts(obj))
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request, queryset):
        record_many("accounts.delete_row", [(row, {"before": facts(row)}) for row in queryset], by=request.user, at=timezone.now())
        super().delete_queryset(request, queryset)

    def get_import_data_kwargs(self, **kwargs):
        return super().get_import_data_kwargs(**kwargs) | {"rollback_on_validation_errors": True}

    def process_result(self, result, request):
        """What was right when it was shown may be wrong when it is confirmed."""
        if not (result.has_errors() or result.has_validation_errors()):
            return super().process_result(result, request)
        messages.error(request, _("核对以后数据有了变化，整个文件都没有保存。请重新上传，再核对一次。"))
        return redirect("admin:{}_{}_import".format(*self.get_model_info()))

    def add_data_read_fail_error_to_form(self, form, e):
        if isinstance(e, NoRows):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)


class SheetAdmin(RowsAdmin, ReadOnlyAdmin):
    """What has screens of its own is changed there, where the rules are asked and a reason is given; a file of rows is asked the same."""


@admin.register(OrganizationKind)
class KindAdmin(RowsAdmin):
    resource_classes = [KindResource]
    list_display = ["code", "name", "order"]


@admin.register(Organization)
class OrganizationAdmin(SheetAdmin):
    resource_classes = [OrganizationResource]
    list_display = ["code", "name", "short_name", "kind", "parent"]
    list_filter = ["kind"]
    list_select_related = ["kind", "parent"]
    search_fields = ["code", "name", "short_name"]


@admin.register(FormerName)
class FormerNameAdmin(RowsAdmin):
    resource_classes = [FormerNameResource]
    list_display = ["organization", "name", "short_name", "until", "changed_by"]
    list_select_related = ["organization", "changed_by"]
    search_fields = ["name", "organization__name"]
    autocomplete_fields = ["organization"]
    readonly_fields = ["changed_at", "changed_by"]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.changed_at, obj.changed_by = timezone.now(), request.user
        super().save_model(request, obj, form, change)


@admin.register(User)
class PersonAdmin(SheetAdmin):
    resource_classes = [UserResource]
    list_display = ["username", "name", "organization", "is_active"]
    list_filter = ["is_active", "grants__role"]
    list_select_related = ["organization"]
    search_fields = ["username", "name", "organization__name"]
    fields = ["username", "name", "organization", "phone", "email", "employee_number", "wecom", "must_change_password", "is_active", "last_login", "date_joined"]


@admin.register(RoleGrant)
class RoleGrantAdmin(SheetAdmin):
    resource_classes = [RoleGrantResource]
    list_display = ["user", "role", "starts_on", "ends_on"]
    list_filter = ["role"]
    list_select_related = ["user"]


class RehearsalFilter(admin.SimpleListFilter):
    """Entries of rehearsals are shown to whoever asks for them."""

    title = _("演练")
    parameter_name = "rehearsal"

    def lookups(self, request, model_admin):
        return [("only", _("只看演练的记录"))]

    def choices(self, changelist):
        first, *others = super().choices(changelist)
        return [first | {"display": _("真实的记录")}, *others]

    def queryset(self, request, queryset):
        return queryset.filter(campaign_code__startswith=PREFIX) if self.value() else queryset.real()


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin):
    list_display = ["number", "at", "by_label", "event", "target_label", "organization", "address"]
    list_filter = [RehearsalFilter, "action"]
    list_select_related = ["organization"]
    search_fields = ["by_label", "target_label"]
    date_hierarchy = "at"

    @admin.display(description=_("事项"))
    def event(self, entry):
        return label(entry.action)


@admin.register(Job)
class JobAdmin(ReadOnlyAdmin):
    list_display = ["created_at", "owner", "title", "state", "done", "total"]
    list_select_related = ["owner"]


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["duty", "at", "succeeded", "detail"]
