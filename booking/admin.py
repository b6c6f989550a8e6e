"""Appointments and orientations, to read: they are written by editors and regulators, never here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from booking.models import Appointment, AppointmentEvent, Orientation, OrientationEvent


class ReadOnly:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class AppointmentEvents(ReadOnly, admin.TabularInline):
    model = AppointmentEvent
    extra = 0


class OrientationEvents(ReadOnly, admin.TabularInline):
    model = OrientationEvent
    extra = 0


@admin.register(Appointment)
class AppointmentAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["start", "editor", "status", "practitioner", "unattributed", "received_at"]
    list_filter = ["unattributed", "status", "editor"]
    list_select_related = ["editor"]
    search_fields = ["value", "practitioner", "operator_value"]
    inlines = [AppointmentEvents]
    show_full_result_count = False


@admin.register(Orientation)
class OrientationAdmin(ReadOnly, admin.ModelAdmin):
    list_display = ["opened_at", "regulator", "practitioner_name", "start", "state", "editor_name"]
    list_filter = ["state", "editor", "opened_at"]
    list_select_related = ["regulator"]
    search_fields = ["practitioner", "practitioner_name"]
    inlines = [OrientationEvents]
    show_full_result_count = False
