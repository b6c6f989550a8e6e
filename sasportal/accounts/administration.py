"""What an administrator works on: one line for each place of work, with what waits there."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.module_loading import import_string
from django.views.decorators.http import require_safe

from sasportal.accounts.models import Role
from sasportal.accounts.roles import role_required


@dataclass(frozen=True, kw_only=True)
class Line:
    """A place of work: `name` is that of its address, in whatever app.

    `waiting`: dotted path of a function that counts what waits there, which `unit` names.
    """

    label: str
    name: str
    sentence: str
    query: str = ""
    waiting: str = ""
    unit: str = ""

    @property
    def url(self) -> str:
        return reverse(self.name) + self.query

    @property
    def count(self) -> int:
        return import_string(self.waiting)() if self.waiting else 0


LINES = (
    Line(
        label="Comptes des régulateurs",
        name="accounts:regulators",
        sentence="Créer, suspendre ou rouvrir un compte, donner ou retirer le droit de réguler.",
    ),
    Line(
        label="Comptes chez les éditeurs",
        name="agenda:accounts:matrix",
        sentence="Où en est le compte de chaque régulateur dans chaque logiciel d’agenda ; renvoyer ce qui échoue.",
        query="?etat=en-echec",
        waiting="agenda.accounts.matrix.failed",
        unit="en échec",
    ),
    Line(
        label="Demandes d’inscription",
        name="directory:registration:list",
        sentence="Régulateurs sans identifiant national : examiner les demandes des gestionnaires de comptes.",
        query="?etat=a-examiner",
        waiting="directory.registration.review.to_examine",
        unit="à examiner",
    ),
    Line(
        label="Déclarations de participation",
        name="directory:declarations:list",
        sentence="Chercher qui participe, comment et depuis quand ; lire l’histoire d’un professionnel.",
    ),
    Line(
        label="Structures",
        name="directory:communities:list",
        sentence="Fiches, territoires, membres, invitations et imports des CPTS, maisons et centres de santé.",
    ),
    Line(
        label="Supervision des éditeurs",
        name="booking:supervision:board",
        sentence="Disponibilité, temps de réponse, rejets, certificats et anomalies ; couper un éditeur.",
        waiting="agenda.supervision.anomalies.open_count",
        unit="anomalies ouvertes",
    ),
    Line(
        label="Envois",
        name="admin:outbox_delivery_changelist",
        sentence="E-mails et messages aux éditeurs : ce qui est parti, ce qui attend, ce qui est abandonné.",
        waiting="sasportal.outbox.deliveries.abandoned",
        unit="abandonnés",
    ),
    Line(
        label="Données et réglages",
        name="admin:index",
        sentence="Territoires, droits de tous les rôles, éditeurs, départements, journal des actes.",
    ),
)


@require_safe
@role_required(Role.ADMIN)
def administration(request: HttpRequest) -> HttpResponse:
    return render(request, "accounts/administration.html", {"lines": LINES})
