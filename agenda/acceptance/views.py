"""`/editeurs/verifier/`: an editor pastes an answer and reads the findings. Public; nothing is stored."""

from allauth.core.ratelimit import consume
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from agenda.acceptance.bundles import check_pasted
from agenda.acceptance.forms import AnswerForm
from agenda.acceptance.reports import Report
from agenda.acceptance.rules import CheckedFlow

TOO_LONG = "Le texte collé dépasse 1 Mio : joignez un fichier de 2 Mio au plus."
TOO_MANY = "Trop de vérifications depuis votre adresse. Attendez quelques minutes, ou vérifiez votre serveur en entier."


# The form changes nothing and reads nothing of a session; looking for a token would turn a long text into a bare 400
@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check_answer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, AnswerForm())
    if not consume(request, action="check_answer"):
        return _shown(request, AnswerForm(), refusal=TOO_MANY, status=429)
    try:
        form = AnswerForm(request.POST, request.FILES)
    except RequestDataTooBig:
        return _shown(request, AnswerForm(), refusal=TOO_LONG, status=413)
    if not form.is_valid():
        return _shown(request, form, status=422)
    flow = CheckedFlow(form.cleaned_data["flux"])
    ledger = check_pasted(flow, form.body, identifiers=form.cleaned_data["demandes"])
    report = Report(subject="Bundle collé", at=timezone.now(), ledger=ledger)
    return _shown(request, form, report=report)


def _shown(
    request: HttpRequest, form: AnswerForm, *, report: Report | None = None, refusal: str = "", status: int = 200
) -> HttpResponse:
    context = {"form": form, "report": report, "refusal": refusal}
    return render(request, "acceptance/check_answer.html", context, status=status)
