"""The trail, to read and filter; nothing can be written from here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from sasportal.audit.models import Entry


@admin.register(Entry)
class EntryAdmin(admin.ModelAdmin):
    list_display = ["id", "at", "actor", "action", "target", "origin"]
    list_filter = ["action", "at"]
    search_fields = ["actor", "target"]
    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
