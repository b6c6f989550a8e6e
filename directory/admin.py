"""Admin screens: national data read only, local data editable, participation only by declaring."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from directory.models import (
    Absence,
    Activity,
    Commune,
    CptsCommune,
    DelegationRequest,
    Department,
    EffectorSettings,
    Geocode,
    ImportRun,
    Invitation,
    MemberImport,
    Participation,
    Practitioner,
    SosPlace,
    Specialty,
    SpecialtyRadius,
    Structure,
    StructureProfile,
)
from directory.participation import Declaration, DeclarationRefused, check, declare
from sasportal.accounts.identifiers import prefixed
from sasportal.accounts.models import User
from sasportal.spelling import plain


class ReadOnlyAdmin(admin.ModelAdmin):
    """What comes from outside is looked at, never edited here."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ByNameAdmin(admin.ModelAdmin):
    """Searches the column spelled for searching, whatever the accents typed."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, plain(search_term))


class ActivityInline(admin.TabularInline):
    model = Activity
    fields = readonly_fields = ("specialty_label", "line", "postal_code", "city", "phone", "precision", "closed_at")
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Practitioner)
class PractitionerAdmin(ByNameAdmin, ReadOnlyAdmin):
    list_display = ("national_id", "family_name", "given_name", "profession", "closed_at")
    search_fields = ("national_id__exact", "search_name__startswith", "search_name_given_first__startswith")
    inlines = (ActivityInline,)
    show_full_result_count = False


@admin.register(Structure)
class StructureAdmin(ByNameAdmin, ReadOnlyAdmin):
    list_display = ("name", "category", "finess", "siret", "city", "department", "closed_at")
    list_filter = ("category",)
    search_fields = ("finess__exact", "siret__exact", "search_name__startswith")
    show_full_result_count = False


@admin.register(Commune)
class CommuneAdmin(ByNameAdmin, ReadOnlyAdmin):
    list_display = ("insee", "name", "department", "population")
    search_fields = ("insee__exact", "search_name__startswith")


@admin.register(ImportRun)
class ImportRunAdmin(ReadOnlyAdmin):
    list_display = (
        "source", "started_at", "finished_at", "rows", "inserted", "updated", "closed", "located_share",
        "refused_because",
    )  # fmt: skip
    list_filter = ("source",)


@admin.register(Department)
class DepartmentAdmin(admin.ModelAdmin):
    list_display = ("code", "name", "radius_km", "time_zone")
    list_editable = ("radius_km",)
    readonly_fields = ("code", "name")
    fields = ("code", "name", "radius_km", "time_zone")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SpecialtyForm(forms.ModelForm):
    class Meta:
        model = Specialty
        fields = ("slug", "label", "profession", "codes", "synonyms")

    def clean_synonyms(self) -> list[str]:
        return [plain(synonym) for synonym in self.cleaned_data["synonyms"]]

    def save(self, commit: bool = True) -> Specialty:
        self.instance.search_name = plain(self.cleaned_data["label"])
        return super().save(commit)


@admin.register(Specialty)
class SpecialtyAdmin(admin.ModelAdmin):
    form = SpecialtyForm
    list_display = ("label", "profession", "codes", "synonyms")


@admin.register(SpecialtyRadius)
class SpecialtyRadiusAdmin(admin.ModelAdmin):
    list_display = ("specialty", "department", "radius_km")
    list_filter = ("department", "specialty")


# Profiles, territories, invitations, imports and delegations change on the pages of structures and of people only:
# each change there is checked and leaves a trace.
@admin.register(StructureProfile)
class StructureProfileAdmin(ReadOnlyAdmin):
    list_display = ("finess", "phone", "confirmed_at", "reminded_at")
    search_fields = ("finess__exact",)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("structure", "national_id", "state", "invited_at", "expires_at", "answered_at")
    list_filter = ("state",)
    search_fields = ("structure__exact", "national_id__exact")


@admin.register(MemberImport)
class MemberImportAdmin(ReadOnlyAdmin):
    list_display = ("structure", "effect", "state", "created_at", "confirmed_at", "ended_at")
    list_filter = ("state", "effect")
    search_fields = ("structure__exact",)


@admin.register(DelegationRequest)
class DelegationRequestAdmin(ReadOnlyAdmin):
    list_display = ("national_id", "finess", "delegate_id", "state", "asked_at", "ends_on", "revoked_at")
    list_filter = ("state",)
    search_fields = ("national_id__exact", "finess__exact", "delegate_id__exact")


@admin.register(CptsCommune)
class CptsCommuneAdmin(ReadOnlyAdmin):
    list_display = ("finess", "insee")
    search_fields = ("finess__exact", "insee__exact")


@admin.register(SosPlace)
class SosPlaceAdmin(admin.ModelAdmin):
    list_display = ("name", "association", "city", "phone")
    raw_id_fields = ("association",)


@admin.register(Geocode)
class GeocodeAdmin(admin.ModelAdmin):
    list_display = ("address_key", "lat", "lon", "found_at")
    search_fields = ("address_key__startswith",)
    show_full_result_count = False


@admin.register(EffectorSettings)
class EffectorSettingsAdmin(admin.ModelAdmin):
    list_display = ("national_id", "accepts_editor_slots", "accepts_on_top", "convention_sector")
    search_fields = ("national_id__exact",)


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):
    list_display = ("national_id", "starts_at", "ends_at")
    search_fields = ("national_id__exact",)


class DeclarationForm(forms.ModelForm):
    """Opens a declaration; the one in force is ended by the same act."""

    class Meta:
        model = Participation
        fields = ("national_id", "via", "structure")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            check(
                national_id=prefixed(cleaned["national_id"]),
                declaration=Declaration(via=cleaned["via"], structure=cleaned["structure"]),
                now=timezone.now(),
            )
        except DeclarationRefused as error:
            raise ValidationError(str(error)) from error
        return cleaned

    def _post_clean(self) -> None:
        """The model's own checks do not apply: declare() ends the declaration in force first."""


@admin.register(Participation)
class ParticipationAdmin(admin.ModelAdmin):
    """A declaration is added, never changed or deleted."""

    form = DeclarationForm
    list_display = ("national_id", "via", "structure", "place_key", "starts_at", "ends_at", "declared_by", "ended_by")
    list_filter = ("via",)
    search_fields = ("national_id__exact", "structure__exact")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def save_form(self, request: HttpRequest, form: Any, change: bool) -> Participation:
        """Declare instead of saving the form's own row."""
        cleaned = form.cleaned_data
        form.save_m2m = lambda: None
        if not isinstance(request.user, User):
            raise PermissionDenied
        return declare(
            actor=request.user,
            national_id=cleaned["national_id"],
            declaration=Declaration(via=cleaned["via"], structure=cleaned["structure"]),
        )[0]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Already written by declare()."""
