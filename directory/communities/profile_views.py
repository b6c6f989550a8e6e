"""The page where a structure writes its profile."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from directory.communities import forms
from directory.communities.access import structure_page
from directory.communities.pages import space
from directory.communities.profile import ProfileChanged, read_profile, save_profile
from directory.communities.rights import Managed, Part
from directory.effectors.access import person

CHANGED = (
    "La fiche a été modifiée par quelqu’un d’autre pendant votre saisie. "
    "Vos changements sont ci-dessous : ouvrez la fiche dans un autre onglet pour comparer, puis enregistrez."
)


@require_http_methods(["GET", "HEAD", "POST"])
@structure_page(Part.PROFILE)
def profile(request: HttpRequest, managed: Managed) -> HttpResponse:
    """Fill in and save; who saves vouches for the whole."""
    kept = read_profile(managed.code)
    form = forms.ProfileForm(request.POST if request.method == "POST" else None, initial=forms.said_by(kept.said))
    if form.is_bound and form.is_valid():
        try:
            save_profile(
                actor=person(request), code=managed.code, said=form.said(), seen=form.cleaned_data["vu"]
            )  # fmt: skip
        except ProfileChanged:
            form.add_error(None, CHANGED)
            form.see(kept.said.fingerprint)
        else:
            messages.success(request, "C’est enregistré : les régulateurs voient cette fiche dès maintenant.")
            return redirect("directory:communities:overview", managed.code)
    context = space(request, managed, ("Fiche", "")) | {
        "form": form, "kept": kept, "due": kept.due(timezone.now()),
    }  # fmt: skip
    return render(request, "communities/profile_form.html", context, status=422 if form.errors else 200)
