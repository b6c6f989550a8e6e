"""Pages about regulators' accounts at the editors: the matrix, and sending once more."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from agenda.accounts import asking
from agenda.accounts.forms import MatrixFilter, by_name
from agenda.accounts.matrix import columns, rows, with_regulates
from agenda.accounts.states import takers
from agenda.models import Editor, EditorState
from sasportal.accounts.charge import charge_of
from sasportal.accounts.models import Role, User
from sasportal.accounts.regulator_pages import to_page_of
from sasportal.accounts.regulators import regulators_of
from sasportal.accounts.roles import has_role, role_required
from sasportal.accounts.space import AT_EDITORS_TITLE, MANAGERS, Question, space
from sasportal.accounts.views import person
from sasportal.pagination import page_of
from sasportal.wording import several

LINES_ON_A_PAGE = 25  # times the editors


@require_safe
@role_required(*MANAGERS)
def matrix(request: HttpRequest) -> HttpResponse:
    """Show where the regulators of one's territories stand at each editor."""
    now, form = timezone.now(), MatrixFilter(request.GET)
    mine = regulators_of(charge_of(person(request)))
    # Keys first: what is asked for is worked out once, not once to count and once to show
    found = form.apply(with_regulates(mine, now), now).values_list("pk", flat=True)
    page = page_of(list(found), form.value("page"), size=LINES_ON_A_PAGE)
    shown = columns(mine, form.value("editeur"))
    people = with_regulates(User.objects.filter(pk__in=list(page)), now)
    context = {
        "form": form,
        "page": page,
        "columns": shown,
        "rows": rows(by_name(people), shown, now),
        "asked": request.GET.urlencode(),
        "may_send": has_role(request.user, Role.ADMIN),
    }
    return render(request, "agenda/accounts/matrix.html", space(request, (AT_EDITORS_TITLE, "")) | context)


@require_POST
@role_required(Role.ADMIN)
def send_again(request: HttpRequest, technical_id: UUID, editor_id: int) -> HttpResponse:
    """Send the account of one regulator to one editor now."""
    user = get_object_or_404(regulators_of(charge_of(person(request))), technical_id=technical_id)
    editor = get_object_or_404(takers(), pk=editor_id)
    if not asking.again(actor=person(request), user=user, editor=editor):
        messages.info(request, f"Il n’y a rien à envoyer à {editor.name}.")
    elif editor.state != EditorState.ON:
        messages.info(request, _later(editor))
    else:
        messages.success(request, f"Le compte est envoyé à {editor.name}. Rechargez la page pour voir sa réponse.")
    return to_page_of(user)


@require_http_methods(["GET", "HEAD", "POST"])
@role_required(Role.ADMIN)
def send_all_again(request: HttpRequest, editor_id: int) -> HttpResponse:
    """Send once more everything one editor refused, or that waits for it."""
    editor = get_object_or_404(takers(), pk=editor_id)
    back = reverse("agenda:accounts:matrix")
    if request.method == "POST":
        count = asking.all_again(actor=person(request), editor=editor)
        said = f"{several(count, 'compte renvoyé', 'comptes renvoyés')} à {editor.name}."
        messages.success(request, said if editor.state == EditorState.ON else _later(editor))
        return redirect(back)
    question = Question(
        title=f"Renvoyer les comptes à {editor.name} ?",
        text="Tous les comptes que cet éditeur a refusés, ou qui attendent sa réponse, lui sont envoyés de nouveau. "
        "Ceux des régulateurs qui ne se sont jamais connectés attendent leur connexion.",
        button="Renvoyer",
    )
    around = space(request, (AT_EDITORS_TITLE, back), (question.button, ""))
    return render(request, "sas/confirm.html", around | {"question": question, "back": back})


def _later(editor: Editor) -> str:
    return f"{editor.name} est coupé : l’envoi se fera à son retour."
