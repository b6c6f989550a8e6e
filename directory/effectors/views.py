"""For whom may I act? The way into the effectors' pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from directory.communities.listing import structures_of
from directory.effectors.access import person
from directory.effectors.rights import acts_for, people
from sasportal.accounts.models import Role
from sasportal.accounts.roles import has_role, role_required


@require_safe
@role_required(Role.EFFECTOR, Role.DELEGATE)
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the only practitioner one acts for; with several, or with structures, ask for whom."""
    actor = person(request)
    national_ids = acts_for(actor)
    structures = list(structures_of(actor)) if has_role(actor, Role.DELEGATE) else []
    if len(national_ids) == 1 and not structures:
        return redirect("booking:effector_home", national_ids[0])
    context = {"people": people(national_ids), "structures": structures, "me": actor.national_id}
    return render(request, "effector/mine.html", context)
