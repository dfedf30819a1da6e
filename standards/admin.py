"""The back door of the standard: rows in and out, and single corrections, as long as no unit uses the version."""

from django.contrib import admin

from accounts.admin import RowsAdmin
from standards.models import Category, Checkpoint, Item, ItemPoints, Standard
from standards.resources import CategoryResource, CheckpointResource, ItemPointsResource, ItemResource, StandardResource


class VersionedAdmin(RowsAdmin):
    """What belongs to a locked version is read-only."""

    def standard_of(self, row):
        return row

    def is_locked(self, row):
        return row is not None and self.standard_of(row).is_locked

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) and not self.is_locked(obj)

    def has_delete_permission(self, request, obj=None):
        return super().has_delete_permission(request, obj) and not self.is_locked(obj)

    def get_actions(self, request):
        """No deleting by the list, which would not ask row by row."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions


@admin.register(Standard)
class StandardAdmin(VersionedAdmin):
    resource_classes = [StandardResource]
    list_display = ["campaign", "number", "official_points", "created_at", "locked_at"]
    list_select_related = ["campaign"]
    readonly_fields = ["campaign", "number", "created_at", "locked_at"]

    def has_add_permission(self, request):
        return False


class OfStandardAdmin(VersionedAdmin):
    """A new row may only join a version that is still open."""

    open_lookups = {}

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name in self.open_lookups:
            kwargs["queryset"] = db_field.related_model.objects.filter(**{self.open_lookups[db_field.name]: None})
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Category)
class CategoryAdmin(OfStandardAdmin):
    resource_classes = [CategoryResource]
    open_lookups = {"standard": "locked_at"}
    list_display = ["standard", "code", "name"]
    list_select_related = ["standard"]

    def standard_of(self, row):
        return row.standard


@admin.register(Item)
class ItemAdmin(OfStandardAdmin):
    resource_classes = [ItemResource]
    open_lookups = {"category": "standard__locked_at"}
    list_display = ["code", "title", "category"]
    list_filter = ["category__standard"]
    list_select_related = ["category"]
    search_fields = ["code", "title", "text"]

    def standard_of(self, row):
        return row.category.standard


@admin.register(ItemPoints)
class ItemPointsAdmin(OfStandardAdmin):
    resource_classes = [ItemPointsResource]
    open_lookups = {"item": "category__standard__locked_at"}
    list_display = ["item", "track", "points"]
    list_filter = ["track"]
    list_select_related = ["item", "track"]

    def standard_of(self, row):
        return row.item.category.standard


@admin.register(Checkpoint)
class CheckpointAdmin(OfStandardAdmin):
    resource_classes = [CheckpointResource]
    open_lookups = {"item": "category__standard__locked_at"}
    list_display = ["code", "text", "item"]
    list_select_related = ["item"]
    search_fields = ["code", "text"]

    def standard_of(self, row):
        return row.item.category.standard
