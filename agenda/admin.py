"""Editors, with their switch; what they know and every call made to them, to read only."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from agenda import registration
from agenda.models import Editor, EditorCall, EditorCertificate, EditorState, Flow, KnownAgenda
from agenda.rejects import LABELS
from agenda.supervision.switch import record, switch
from sasportal.accounts.models import User
from sasportal.audit.trail import origin_of


class EditorForm(forms.ModelForm):
    # That appointments are taken is a capability of its own
    flows = forms.MultipleChoiceField(
        choices=[one for one in Flow.choices if one[0] != Flow.APPOINTMENT],
        widget=forms.CheckboxSelectMultiple,
        label="flux",
    )
    base_url = forms.CharField(label="adresse FHIR", max_length=500)

    class Meta:
        model = Editor
        fields = [
            "name", "base_url", "booking_hosts", "state", "flows", "ca_file", "cert_file", "key_file",
            "expected_cn", "expected_ou", "appointment_systems", "writes_appointments",
        ]  # fmt: skip

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if not self.errors:
            try:
                registration.check(self.instance)
            except forms.ValidationError as error:
                self.add_error(None, error)


class CertificateInline(admin.TabularInline):
    model = EditorCertificate
    extra = 0


@admin.register(Editor)
class EditorAdmin(admin.ModelAdmin):
    form = EditorForm
    inlines = [CertificateInline]
    list_display = ["name", "state", "base_url", "flows"]
    list_filter = ["state"]
    search_fields = ["name"]
    actions = ["switch_on", "switch_off"]

    def save_model(self, request: HttpRequest, obj: Editor, form: Any, change: bool) -> None:
        switched = not change or "state" in form.changed_data
        if switched:
            obj.state_reason, obj.state_since = "", timezone.now()
        with transaction.atomic():
            super().save_model(request, obj, form, change)
            if switched:
                record(actor=by(request), editor=obj, origin=origin_of(request))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # its calls and appointments stay; switch it off

    @admin.action(description="Interroger les éditeurs choisis", permissions=["change"])
    def switch_on(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, queryset, "on")

    @admin.action(description="Couper les éditeurs choisis", permissions=["change"])
    def switch_off(self, request: HttpRequest, queryset: Any) -> None:
        self._switch(request, queryset, "off")

    def _switch(self, request: HttpRequest, queryset: Any, state: str) -> None:
        for editor in queryset:
            switch(actor=by(request), editor=editor, state=EditorState(state), origin=origin_of(request))


def by(request: HttpRequest) -> User:
    assert request.user.is_authenticated  # noqa: S101 - the admin site lets nobody else in
    return request.user


class ReadOnly(admin.ModelAdmin):
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(KnownAgenda)
class KnownAgendaAdmin(ReadOnly):
    list_display = ["national_id", "editor", "learned_at", "seen_at"]
    list_filter = ["editor"]
    list_select_related = ["editor"]
    search_fields = ["national_id"]


@admin.register(EditorCall)
class EditorCallAdmin(ReadOnly):
    list_display = ["at", "editor", "flow", "outcome", "duration_ms", "practitioners", "slots", "rejected", "reused"]
    list_filter = ["editor", "outcome", "flow"]
    list_select_related = ["editor"]
    ordering = ["-id"]

    @admin.display(description="rejets")
    def rejected(self, call: EditorCall) -> str:
        return ", ".join(f"{LABELS.get(reason, reason)} : {count}" for reason, count in call.rejects.items())
