"""Accounts, territories and rights, through the same use cases as everywhere; every change leaves a trace."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from sasportal.accounts import grants
from sasportal.accounts.models import RegulatorKind, Role, RoleGrant, Territory, User, UserKind
from sasportal.audit import trail

FIXED_BY_PSC = [
    "kind", "national_id", "technical_id", "psc_subject", "last_login", "date_joined", "is_active", "warned_at",
    "suspended_at", "suspended_for", "reopened_at",
]  # fmt: skip


class NewAccountForm(forms.ModelForm):
    identifier = forms.CharField(
        label="Identifiant national ou adresse électronique",
        max_length=254,
        help_text="L'identifiant tel que Pro Santé Connect l'envoie, ou une adresse pour un compte local.",
    )

    class Meta:
        model = User
        fields = ["identifier", "first_name", "last_name"]

    def clean_identifier(self) -> str:
        value = self.cleaned_data["identifier"].strip()
        taken = (
            User.objects.filter(kind=UserKind.PROFESSIONAL, email__iexact=value)
            if "@" in value
            else (User.objects.filter(national_id=value))
        )
        if taken.exists():
            raise ValidationError("Ce compte existe déjà.")
        return value


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ["__str__", "national_id", "email", "is_active", "last_login"]
    list_filter = ["is_active", "grants__role"]
    search_fields = ["last_name", "first_name", "national_id", "email"]
    ordering = ["last_name", "first_name", "pk"]
    actions = ["suspend", "reopen"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Professionals: who has a patient's account is nobody's business."""
        return super().get_queryset(request).filter(kind=UserKind.PROFESSIONAL)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        return super().get_form(request, obj, change, **kwargs) if obj else NewAccountForm

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        names = ["first_name", "last_name"]
        return [*names, "email", *FIXED_BY_PSC] if obj else ["identifier", *names]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["email", *FIXED_BY_PSC] if obj else []

    def save_model(self, request: Any, obj: User, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            trail.record(
                actor=request.user, action="account_changed", target=str(obj.technical_id), fields=form.changed_data
            )
            return
        made = grants.professional(
            actor=request.user,
            identifier=form.cleaned_data["identifier"],
            given_name=obj.first_name,
            family_name=obj.last_name,
        )
        obj.pk, obj._state.adding = made.pk, False
        obj.refresh_from_db()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An account is suspended, never deleted: the trail points to it."""
        return False

    @admin.action(description="Suspendre les comptes choisis")
    def suspend(self, request: Any, queryset: QuerySet[User]) -> None:
        for user in queryset.exclude(pk=request.user.pk):
            grants.suspend(actor=request.user, user=user)

    @admin.action(description="Rouvrir les comptes choisis")
    def reopen(self, request: Any, queryset: QuerySet[User]) -> None:
        for user in queryset:
            grants.reopen(actor=request.user, user=user)


class GrantForm(forms.ModelForm):
    class Meta:
        model = RoleGrant
        fields = ["user", "role", "regulator_kind", "territory", "finess", "national_id", "editor_id"]

    def clean_user(self) -> User:
        user: User = self.cleaned_data["user"]
        if user.kind != UserKind.PROFESSIONAL:
            raise ValidationError("Le compte d'un patient ne peut recevoir aucun rôle.")
        return user

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        if data.get("role") == Role.STRUCTURE_MANAGER and not data.get("finess"):
            self.add_error("finess", "Indiquez la structure gérée.")
        if data.get("role") == Role.DELEGATE and not data.get("national_id"):
            self.add_error("national_id", "Indiquez le professionnel représenté.")
        if data.get("role") == Role.EDITOR and not data.get("editor_id"):
            self.add_error("editor_id", "Donnez cet accès depuis la page de l’éditeur, dans la supervision.")
        return data


@admin.register(RoleGrant)
class RoleGrantAdmin(admin.ModelAdmin):
    """Rights are given and ended; what was given is never rewritten."""

    form = GrantForm
    list_display = ["user", "role", "regulator_kind", "territory", "finess", "starts_at", "ends_at", "granted_by"]
    list_filter = ["role", "territory"]
    list_select_related = ["user", "territory", "granted_by"]
    search_fields = ["user__last_name", "user__national_id", "user__email", "finess"]
    autocomplete_fields = ["user"]
    actions = ["end"]

    def save_model(self, request: Any, obj: RoleGrant, form: Any, change: bool) -> None:
        given = grants.grant(
            actor=request.user,
            user=obj.user,
            role=Role(obj.role),
            regulator_kind=RegulatorKind(obj.regulator_kind) if obj.regulator_kind else "",
            territory=obj.territory,
            finess=obj.finess,
            national_id=obj.national_id,
            editor_id=obj.editor_id,
        )
        obj.pk, obj._state.adding = given.pk, False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.action(description="Mettre fin aux droits choisis")
    def end(self, request: Any, queryset: QuerySet[RoleGrant]) -> None:
        for given in queryset.select_related("user", "territory"):
            grants.revoke(actor=request.user, given=given)
        messages.success(request, "Les droits choisis ont pris fin.")


@admin.register(Territory)
class TerritoryAdmin(admin.ModelAdmin):
    list_display = ["name", "departments"]
    search_fields = ["name"]

    def save_model(self, request: Any, obj: Territory, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        trail.record(actor=request.user, action="territory_changed", target=obj.name, departments=list(obj.departments))

    def delete_model(self, request: Any, obj: Territory) -> None:
        trail.record(actor=request.user, action="territory_removed", target=obj.name)
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Territory]) -> None:
        for territory in queryset:
            self.delete_model(request, territory)
