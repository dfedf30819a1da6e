"""The back door of the standard: rows in and out. Single corrections are made in the draft."""

from django.contrib import admin

from accounts.admin import SheetAdmin
from standards.models import Category, Checkpoint, Item, ItemPoints, Standard
from standards.resources import CategoryResource, CheckpointResource, ItemPointsResource, ItemResource, StandardResource


@admin.register(Standard)
class StandardAdmin(SheetAdmin):
    resource_classes = [StandardResource]
    list_display = ["campaign", "number", "official_points", "created_at", "locked_at"]
    list_select_related = ["campaign"]


@admin.register(Category)
class CategoryAdmin(SheetAdmin):
    resource_classes = [CategoryResource]
    list_display = ["standard", "code", "name"]
    list_select_related = ["standard"]


@admin.register(Item)
class ItemAdmin(SheetAdmin):
    resource_classes = [ItemResource]
    list_display = ["code", "title", "category"]
    list_filter = ["category__standard"]
    list_select_related = ["category"]
    search_fields = ["code", "title", "text"]


@admin.register(ItemPoints)
class ItemPointsAdmin(SheetAdmin):
    resource_classes = [ItemPointsResource]
    list_display = ["item", "track", "points"]
    list_filter = ["track"]
    list_select_related = ["item", "track"]


@admin.register(Checkpoint)
class CheckpointAdmin(SheetAdmin):
    resource_classes = [CheckpointResource]
    list_display = ["code", "text", "item"]
    list_select_related = ["item"]
    search_fields = ["code", "text"]
