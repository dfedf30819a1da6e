"""Organizations and people as rows: one format each, business codes as keys, Chinese headings.

Headings of what may come in are not translated: a file made in one language is read in the other.
"""

from copy import copy

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export import fields, resources, widgets

from accounts import rules
from accounts.actions.locking import hold_administrators
from accounts.audit import record
from accounts.formats import Day
from accounts.models import FormerName, Organization, OrganizationKind, Role, RoleGrant, User
from accounts.rules import Problem


def is_well_formed(instance):
    try:
        instance.clean_fields()
    except ValidationError:
        return False
    return True


class RowResource(resources.ModelResource):
    """Every import of ours: cleaned like a form, asked the rules of the screens, written in the audit log; unchanged rows left alone, one bad row saves nothing.

    `original` is the row as it stood, None for a new one.
    """

    events = ("accounts.add_row", "accounts.change_row")  # of a new row, of a changed one

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        export_order = None

    def before_import_row(self, row, **kwargs):
        """A blank cell of a workbook is the empty text that it would be in a csv file."""
        row.update({heading: "" for heading, value in row.items() if value is None})
        self.saved, self.by = None, kwargs.get("user")

    def after_init_instance(self, instance, new, row, **kwargs):
        self.original, self.before = (None, {}) if new else (copy(instance), self.shown(instance))

    def validate_instance(self, instance, import_validation_errors=None, validate_unique=True):
        """Where every column can be read the rules speak first: they say what to do, the database only what it refuses."""
        if not import_validation_errors and is_well_formed(instance) and (problems := self.problems(instance, self.original, self.by, timezone.now())):
            raise ValidationError([str(problem) for problem in problems])
        super().validate_instance(instance, import_validation_errors, validate_unique)

    def after_save_instance(self, instance, row, **kwargs):
        self.saved = instance

    def after_import_row(self, row, row_result, **kwargs):
        """When what the row says of other tables is saved as well."""
        if self.saved is not None:
            self.tell(self.saved, self.original, self.by, timezone.now())

    def problems(self, instance, original, by, at):
        """What keeps this row from being saved."""
        return []

    def tell(self, instance, original, by, at):
        """The entry of a row that was saved."""
        record(self.events[original is not None], instance, by=by, at=at, changes=self.changes(instance))

    def shown(self, instance):
        return {name: str(field.export(instance)) for name, field in self.fields.items() if field.attribute and not field.readonly}

    def changes(self, instance):
        """{field: [before, after]} of what the row changed."""
        after = self.shown(instance)
        return {name: [self.before.get(name, ""), value] for name, value in after.items() if self.before.get(name, "") != value}


class OutOnly(resources.ModelResource):
    """Written by actions alone: an import finds nothing it may save."""

    class Meta:
        abstract = True

    def skip_row(self, instance, original, row, import_validation_errors=None):
        return True


def text(attribute, heading):
    return fields.Field(attribute=attribute, column_name=heading)


def moment(attribute, heading):
    return fields.Field(attribute=attribute, column_name=heading, widget=widgets.DateTimeWidget("%Y-%m-%d %H:%M"))


class KindResource(RowResource):
    code = fields.Field(attribute="code", column_name="种类代码")
    name = fields.Field(attribute="name", column_name="名称")
    order = fields.Field(attribute="order", column_name="顺序", widget=widgets.IntegerWidget())

    class Meta(RowResource.Meta):
        model = OrganizationKind
        import_id_fields = ["code"]
        fields = ["code", "name", "order"]


class OrganizationResource(RowResource):
    code = fields.Field(attribute="code", column_name="单位代码")
    name = fields.Field(attribute="name", column_name="单位全称")
    short_name = fields.Field(attribute="short_name", column_name="简称")
    kind = fields.Field(attribute="kind", column_name="种类", widget=widgets.ForeignKeyWidget(OrganizationKind, "code"))
    parent = fields.Field(attribute="parent", column_name="上级单位代码", widget=widgets.ForeignKeyWidget(Organization, "code"))
    valid_from = fields.Field(attribute="valid_from", column_name="启用日期", widget=Day())
    valid_until = fields.Field(attribute="valid_until", column_name="停用日期", widget=Day())

    class Meta(RowResource.Meta):
        model = Organization
        import_id_fields = ["code"]
        fields = ["code", "name", "short_name", "kind", "parent", "valid_from", "valid_until"]

    events = ("accounts.new_unit", "accounts.change_unit")

    def is_renamed(self, instance, original):
        return original is not None and (instance.name, instance.short_name) != (original.name, original.short_name)

    def problems(self, instance, original, by, at):
        """A name is another name from today on: what is only mistyped is corrected on the unit's page."""
        problems = rules.change_problems(instance, instance.parent) if original else []
        if self.is_renamed(instance, original):
            problems += rules.rename_problems(original, instance.name, instance.short_name, timezone.localdate(at), at)
        return problems

    def before_save_instance(self, instance, row, **kwargs):
        if instance.valid_until is None:
            instance.successor = None

    def tell(self, instance, original, by, at):
        changes = self.changes(instance)
        if self.is_renamed(instance, original):
            day = timezone.localdate(at)
            FormerName.objects.create(organization=instance, name=original.name, short_name=original.short_name, until=day, changed_at=at, changed_by=by)
            record("accounts.rename_unit", instance, by=by, at=at, organization=instance, before=original.name, after=instance.name, day=day)
            changes = {name: change for name, change in changes.items() if name not in ("name", "short_name")}
        if changes:
            record(self.events[original is not None], instance, by=by, at=at, organization=instance, changes=changes)


class FormerNameResource(RowResource):
    organization = fields.Field(attribute="organization", column_name="单位代码", widget=widgets.ForeignKeyWidget(Organization, "code"))
    name = fields.Field(attribute="name", column_name="曾用全称")
    short_name = fields.Field(attribute="short_name", column_name="曾用简称")
    until = fields.Field(attribute="until", column_name="改名日期", widget=Day())

    class Meta(RowResource.Meta):
        model = FormerName
        import_id_fields = ["organization", "until"]
        fields = ["organization", "name", "short_name", "until"]

    def after_init_instance(self, instance, new, row, **kwargs):
        super().after_init_instance(instance, new, row, **kwargs)
        if new:
            instance.changed_at, instance.changed_by = timezone.now(), kwargs.get("user")


class UserResource(RowResource):
    """People without their passwords; a new person is invited."""

    username = fields.Field(attribute="username", column_name="账号")
    name = fields.Field(attribute="name", column_name="姓名")
    organization = fields.Field(attribute="organization", column_name="单位代码", widget=widgets.ForeignKeyWidget(Organization, "code"))
    phone = fields.Field(attribute="phone", column_name="联系电话")
    email = fields.Field(attribute="email", column_name="邮箱")
    is_active = fields.Field(attribute="is_active", column_name="启用", widget=widgets.BooleanWidget())

    class Meta(RowResource.Meta):
        model = User
        import_id_fields = ["username"]
        fields = ["username", "name", "organization", "phone", "email", "is_active"]

    def problems(self, instance, original, by, at):
        """A file holds no reasons: whatever needs one is done on the person's page."""
        if original is None:
            return rules.unit_problems(instance.organization, at) if instance.is_active else []
        problems = []
        if instance.organization_id != original.organization_id:
            problems.append(Problem(_("%(name)s的单位和平台上的不一样。调整单位要写理由，请在人员页面办理。") % {"name": original}))
        if original.is_active and not instance.is_active:
            problems.append(Problem(_("停用%(name)s要写理由，请在人员页面办理。") % {"name": original}))
        return problems

    def after_init_instance(self, instance, new, row, **kwargs):
        super().after_init_instance(instance, new, row, **kwargs)
        if new:
            instance.set_unusable_password()

    def before_save_instance(self, instance, row, **kwargs):
        has_left = instance.leaves_on and instance.leaves_on <= timezone.localdate()
        if self.original and instance.is_active and not self.original.is_active and has_left:
            instance.leaves_on = None

    def tell(self, instance, original, by, at):
        if original is None:
            record("accounts.add_person", instance, by=by, at=at)
            return
        changes = self.changes(instance)
        if changes.pop("is_active", None):
            record("accounts.enable", instance, by=by, at=at)
        if changes:
            record("accounts.change_user", instance, by=by, at=at, changes=changes)


def covers(grant, other):
    """Whether the first is held on every day of the second."""
    begins = grant.starts_on is None or (other.starts_on is not None and grant.starts_on <= other.starts_on)
    return begins and (grant.ends_on is None or (other.ends_on is not None and other.ends_on <= grant.ends_on))


class RoleGrantResource(RowResource):
    user = fields.Field(attribute="user", column_name="账号", widget=widgets.ForeignKeyWidget(User, "username"))
    role = fields.Field(attribute="role", column_name="角色")
    starts_on = fields.Field(attribute="starts_on", column_name="起始日期", widget=Day())
    ends_on = fields.Field(attribute="ends_on", column_name="终止日期", widget=Day())

    class Meta(RowResource.Meta):
        model = RoleGrant
        import_id_fields = ["user", "role"]
        fields = ["user", "role", "starts_on", "ends_on"]

    def before_import(self, dataset, **kwargs):
        super().before_import(dataset, **kwargs)
        hold_administrators()

    def problems(self, instance, original, by, at):
        """Fewer days than before ask what ending a role asks, any other days what giving it asks."""
        if problems := rules.period_problems(instance.starts_on, instance.ends_on):
            return problems
        if original is not None and covers(original, instance):
            ends = instance.ends_on if instance.ends_on != original.ends_on else None
            return rules.end_role_problems(original, by, ends or timezone.localdate(at), at)
        if instance.role == Role.ADMIN:
            return [Problem(_("系统管理员不能用表格授予，请在人员页单独办理。"))]
        return rules.role_problems(instance.user, by, instance.role, instance.starts_on, instance.ends_on)

    def tell(self, instance, original, by, at):
        record("accounts.grant_role", instance.user, by=by, at=at, role=instance.role, starts_on=instance.starts_on, ends_on=instance.ends_on)
