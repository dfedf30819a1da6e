"""Organizations and people as rows: one format each, business codes as keys, Chinese headings.

Headings of what may come in are not translated: a file made in one language is read in the other.
"""

from django.utils import timezone
from import_export import fields, resources, widgets

from accounts.formats import Day
from accounts.models import FormerName, Organization, OrganizationKind, RoleGrant, User


class RowResource(resources.ModelResource):
    """Every import of ours: cleaned like a form, unchanged rows left alone, one bad row saves nothing."""

    class Meta:
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        use_transactions = True
        export_order = None

    def before_import_row(self, row, **kwargs):
        """A blank cell of a workbook is the empty text that it would be in a csv file."""
        row.update({heading: "" for heading, value in row.items() if value is None})


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
        if new:
            instance.changed_at = timezone.now()


class UserResource(RowResource):
    """People without their passwords; a new person signs in with the one-time password the administrator sets."""

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

    def before_save_instance(self, instance, row, **kwargs):
        if instance.pk is None:
            instance.set_unusable_password()
            instance.must_change_password = True


class RoleGrantResource(RowResource):
    user = fields.Field(attribute="user", column_name="账号", widget=widgets.ForeignKeyWidget(User, "username"))
    role = fields.Field(attribute="role", column_name="角色")
    starts_on = fields.Field(attribute="starts_on", column_name="起始日期", widget=Day())
    ends_on = fields.Field(attribute="ends_on", column_name="终止日期", widget=Day())

    class Meta(RowResource.Meta):
        model = RoleGrant
        import_id_fields = ["user", "role"]
        fields = ["user", "role", "starts_on", "ends_on"]
