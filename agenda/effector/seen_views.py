""" "Ce que le 15 voit de moi": the card as regulators get it, every slot received, and the rule for each hidden one."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agenda.effector.pages import seen_page
from directory.effectors.access import effector_page, person
from directory.effectors.frame import frame
from directory.effectors.rights import Effector


@require_safe
@effector_page()
def seen(request: HttpRequest, effector: Effector) -> HttpResponse:
    page = seen_page(request, effector, actor=person(request))
    return render(request, "effector/seen.html", frame(request, effector) | {"page": page})


@require_safe
@effector_page()
def seen_lines(request: HttpRequest, effector: Effector) -> HttpResponse:
    """The table alone, for the page that follows it."""
    page = seen_page(request, effector, actor=person(request))
    return render(request, "effector/_seen_lines.html", {"page": page})
