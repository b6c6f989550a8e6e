"""For whom may I act? The way into the effectors' pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from directory.effectors.access import person
from directory.effectors.rights import acts_for, people
from sasportal.accounts.models import Role
from sasportal.accounts.roles import role_required


@require_safe
@role_required(Role.EFFECTOR, Role.DELEGATE)
def mine(request: HttpRequest) -> HttpResponse:
    """Lead to the only practitioner one acts for; with several, ask for whom."""
    actor = person(request)
    national_ids = acts_for(actor)
    if len(national_ids) == 1:
        return redirect("booking:effector_home", national_ids[0])
    return render(request, "effector/mine.html", {"people": people(national_ids), "me": actor.national_id})
