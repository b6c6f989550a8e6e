"""Reading requests: the list with its counters, and one with its history."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from directory.models import RegistrationRequest, RegistrationState
from directory.models.registration import EDITABLE
from directory.registration.forms import STATES, RegistrationFilter
from directory.registration.lines import facts, history, line
from directory.registration.pages import crumb_of, list_crumb, read_page
from directory.registration.requests import managed_by, requests_of
from directory.registration.review import is_own
from sasportal.accounts.models import Role
from sasportal.accounts.roles import has_role, role_required
from sasportal.accounts.space import MANAGERS, space
from sasportal.accounts.views import person
from sasportal.pagination import page_of

LINES_ON_A_PAGE = 50


@require_safe
@role_required(*MANAGERS)
def registration_list(request: HttpRequest) -> HttpResponse:
    form = RegistrationFilter(request.GET)
    named = form.named(requests_of(person(request)))
    found = form.in_state(named).select_related("territory", "created_by").order_by("-updated_at", "pk")
    page = page_of(found, form.value("page"), size=LINES_ON_A_PAGE)
    context = {
        "form": form,
        "page": page,
        "lines": [line(one) for one in page],
        "counters": _counters(named, chosen=form.value("etat", "")),
        "writes": has_role(request.user, Role.ACCOUNT_MANAGER),
    }
    around = space(request, (list_crumb()[0], ""))
    return render(request, "registration/registration_list.html", around | context)


def _counters(requests: QuerySet[RegistrationRequest], *, chosen: str) -> list[dict[str, Any]]:
    """How many in each state; states without any are left out, save the chosen one."""
    counted = dict(requests.order_by().values_list("state").annotate(Count("pk")))
    rows = [("", "Toutes", sum(counted.values()))]
    rows += [(word, label, sum(counted.get(state, 0) for state in states)) for word, (label, states) in STATES.items()]
    return [
        {"word": word, "label": label, "count": count, "chosen": word == chosen}
        for word, label, count in rows
        if count or word in {"", chosen}
    ]


@require_safe
@read_page
def registration_detail(request: HttpRequest, registration: RegistrationRequest) -> HttpResponse:
    actor = person(request)
    events = list(registration.events.select_related("by"))
    writes = managed_by(actor).filter(pk=registration.pk).exists()
    context = {
        "registration": registration,
        "line": line(registration),
        "facts": facts(registration) if registration.number else [],
        "history": history(events),
        "message": events[-1].comment if events else "",
        "may_write": writes and registration.state in EDITABLE,
        "may_abandon": writes and registration.state in {*EDITABLE, RegistrationState.SUBMITTED},
        "examines": has_role(actor, Role.ADMIN) and not is_own(actor, registration),
    }
    around = space(request, list_crumb(), (crumb_of(registration)[0], ""))
    return render(request, "registration/registration_detail.html", around | context)
