"""What left and what did not; a dead letter can be sent again."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from sasportal.outbox.deliveries import send_again
from sasportal.outbox.models import Delivery


@admin.register(Delivery)
class DeliveryAdmin(admin.ModelAdmin):
    list_display = ["created_at", "channel", "state", "attempts", "not_before", "last_error"]
    list_filter = ["state", "channel"]
    actions = ["again"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Envoyer de nouveau ce qui fut abandonné")
    def again(self, request: Any, queryset: QuerySet[Delivery]) -> None:
        done = sum(send_again(actor=request.user, delivery=delivery) for delivery in queryset)
        messages.success(request, f"{done} envoi(s) repris.")
