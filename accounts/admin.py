"""The administrator's back door: units, people and roles, with rows in and out. What happened is read-only here."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.admin import TOTPDevice
from import_export.admin import ImportExportModelAdmin

from accounts.audit import label, record
from accounts.formats import NoRows
from accounts.forms import SetPasswordForm
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


class RowsAdmin(RealAdmin, ImportExportModelAdmin):
    """Rows in and out. Of a file that cannot be read it says what to do, not what its reader called the trouble."""

    def add_data_read_fail_error_to_form(self, form, e):
        if isinstance(e, NoRows):
            form.add_error("import_file", str(e))
        else:
            super().add_data_read_fail_error_to_form(form, e)


@admin.register(OrganizationKind)
class KindAdmin(RowsAdmin):
    resource_classes = [KindResource]
    list_display = ["code", "name", "order"]


@admin.register(Organization)
class OrganizationAdmin(RowsAdmin):
    resource_classes = [OrganizationResource]
    list_display = ["code", "name", "short_name", "kind", "parent"]
    list_filter = ["kind"]
    list_select_related = ["kind", "parent"]
    search_fields = ["code", "name", "short_name"]
    autocomplete_fields = ["parent"]


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


class RoleGrantInline(admin.TabularInline):
    model = RoleGrant
    extra = 1


@admin.register(User)
class PersonAdmin(RowsAdmin, UserAdmin):
    resource_classes = [UserResource]
    list_display = ["username", "name", "organization", "is_active"]
    list_filter = ["is_active", "grants__role"]
    list_select_related = ["organization"]
    search_fields = ["username", "name", "organization__name"]
    autocomplete_fields = ["organization"]
    inlines = [RoleGrantInline]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["username", "password", "must_change_password"]}),
        (_("个人信息"), {"fields": ["name", "organization", "phone", "email", "wecom"]}),
        (_("状态"), {"fields": ["is_active", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "name", "organization", "usable_password", "password1", "password2"]})]
    change_password_form = SetPasswordForm

    def save_model(self, request, obj, form, change):
        """The first password is somebody else's: its owner chooses another at the first sign-in."""
        obj.must_change_password = obj.must_change_password or not change
        super().save_model(request, obj, form, change)

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        roles = sorted(form.instance.grants.values_list("role", flat=True))
        record("accounts.change_user", form.instance, by=request.user, at=timezone.now(), changed=form.changed_data, roles=roles)

    def has_delete_permission(self, request, obj=None):
        """People are disabled, never deleted: what they did keeps their name."""
        return False


@admin.register(RoleGrant)
class RoleGrantAdmin(RowsAdmin):
    resource_classes = [RoleGrantResource]
    list_display = ["user", "role", "starts_on", "ends_on"]
    list_filter = ["role"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]


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
