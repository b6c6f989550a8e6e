"""Pages of account managers: the regulators of their territories, together and one by one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.http import require_http_methods, require_safe

from sasportal.accounts import regulators
from sasportal.accounts.charge import charge_of
from sasportal.accounts.models import Role, User
from sasportal.accounts.regulator_forms import NewRegulatorForm, RegulatorFilter
from sasportal.accounts.regulator_lines import as_csv, line, rights_of
from sasportal.accounts.regulator_pages import FORM_METHODS, list_crumb, regulator_page, regulators_shown, to_page_of
from sasportal.accounts.roles import grants_now, has_role, role_required
from sasportal.accounts.space import MANAGERS, space
from sasportal.accounts.views import person
from sasportal.pagination import page_of
from sasportal.wording import day_of

LINES_ON_A_PAGE = 50
# Says where a regulator stands at each editor; shown by agenda/accounts/_of_regulator.html
AT_EDITORS = "agenda.accounts.matrix.of_regulator"


@require_safe
@role_required(*MANAGERS)
def regulator_list(request: HttpRequest) -> HttpResponse:
    form = RegulatorFilter(request.GET)
    found = form.apply(regulators_shown(request))
    page = page_of(found, form.value("page"), size=LINES_ON_A_PAGE)
    context = {"form": form, "page": page, "lines": [line(user) for user in page], "query": request.GET.urlencode()}
    return render(request, "accounts/regulator_list.html", space(request, ("Régulateurs", "")) | context)


@require_safe
@role_required(*MANAGERS)
def regulator_export(request: HttpRequest) -> StreamingHttpResponse:
    """The same list, whole, as a file."""
    found = RegulatorFilter(request.GET).apply(regulators_shown(request))
    answer = StreamingHttpResponse(as_csv(found.iterator(chunk_size=500)), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="regulateurs-{timezone.localdate()}.csv"'
    return answer


@require_http_methods(FORM_METHODS)
@role_required(*MANAGERS)
def regulator_create(request: HttpRequest) -> HttpResponse:
    """Give the right to regulate to the holder of a national identifier."""
    sent = request.POST if request.method == "POST" else None
    form = NewRegulatorForm(sent, charge=charge_of(person(request)))
    if form.is_valid():
        said_by_form = form.cleaned_data
        try:
            user = regulators.create(
                actor=person(request),
                national_id=said_by_form["national_id"],
                given_name=said_by_form["given_name"],
                family_name=said_by_form["family_name"],
                contact_email=said_by_form["contact_email"],
                **form.right,
            )
        except regulators.OwnAccount:
            form.add_error("national_id", "C’est votre identifiant : un autre gestionnaire peut vous donner ce droit.")
        else:
            messages.success(request, f"{user} peut réguler, en se connectant avec Pro Santé Connect.")
            return to_page_of(user)
    context = space(request, list_crumb(), ("Nouveau régulateur", "")) | {"form": form}
    return render(request, "accounts/regulator_create.html", context, status=422 if form.errors else 200)


@require_safe
@regulator_page
def regulator_detail(request: HttpRequest, user: User) -> HttpResponse:
    actor = person(request)
    charge = charge_of(actor)
    context = {
        "regulator": user,
        "line": line(user),
        "rights": rights_of(user, actor=actor, charge=charge),
        "other_roles": sorted({given.get_role_display() for given in grants_now(user) if given.role != Role.REGULATOR}),
        "own": actor.pk == user.pk,
        "whole": regulators.account_in_charge(actor=actor, user=user, charge=charge),
        "warned": day_of(user.warned_at),
        "former": user.former_identifiers.order_by("until"),
        "at_editors": import_string(AT_EDITORS)(user),
        "may_send": has_role(actor, Role.ADMIN),
    }
    return render(request, "accounts/regulator_detail.html", space(request, list_crumb(), (str(user), "")) | context)
