"""The editor's own counter: its agenda, its switches, its style sheet."""

from pathlib import Path

from aiohttp import web

from sasportal.sandbox.editors import pages
from sasportal.sandbox.editors.account_faults import AccountFault
from sasportal.sandbox.editors.booking_views import find_person
from sasportal.sandbox.editors.bookings import SlotTaken
from sasportal.sandbox.editors.editor import editor_of, now
from sasportal.sandbox.editors.faults import Fault
from sasportal.sandbox.editors.mistake_form import mistake_form
from sasportal.sandbox.editors.mistakes import Mistake
from sasportal.sandbox.editors.patient_faults import PatientFault

STYLE = (Path(__file__).parent / "static" / "style.css").read_text(encoding="utf-8")
MOST_PEOPLE = 200


async def home(request: web.Request) -> web.Response:
    editor = editor_of(request)
    moment = now()
    people = list(editor.agenda.people.values())[:MOST_PEOPLE]
    counted = [(person, len(editor.agenda.free(person, moment))) for person in people]
    return editor.show(request, "Agenda", pages.home(editor.config, counted))


async def person_agenda(request: web.Request) -> web.Response:
    editor = editor_of(request)
    person = find_person(request)
    return editor.show(request, person.title, pages.person_agenda(person, editor.agenda.free(person, now())))


async def block(request: web.Request) -> web.Response:
    """Give a slot to somebody at the counter: it disappears from the next answer."""
    editor = editor_of(request)
    person = find_person(request)
    opening = editor.agenda.opening(person, str((await request.post()).get("creneau", "")), now())
    if opening is None:
        raise web.HTTPNotFound
    try:
        editor.bookings.block(opening.id)
    except SlotTaken:
        return editor.show(request, "Créneau indisponible", pages.taken(), status=410)
    raise web.HTTPSeeOther(f"/praticiens/{person.id}")


async def switchboard(request: web.Request) -> web.Response:
    editor = editor_of(request)
    body = pages.switchboard(editor.config, editor.switches) + mistake_form(editor.switches)
    return editor.show(request, "Interrupteurs", body)


async def switch(request: web.Request) -> web.Response:
    editor = editor_of(request)
    form = await request.post()
    if "panne" in form:
        wanted = str(form["panne"])
        if wanted not in list(Fault):
            raise web.HTTPBadRequest(text="Panne inconnue.")
        editor.switches.turn(Fault(wanted))
    if "erreur" in form:
        mistake = str(form["erreur"])
        if mistake and mistake not in list(Mistake):
            raise web.HTTPBadRequest(text="Erreur inconnue.")
        editor.switches.mistake = Mistake(mistake) if mistake else None
    if "rendez-vous" in form:
        editor.switches.refuses_bookings = form["rendez-vous"] == "refuse"
        editor.switches.confirms_later = form["rendez-vous"] == "plus-tard"
    if "comptes" in form:
        if form["comptes"] not in list(AccountFault):
            raise web.HTTPBadRequest(text="Réglage inconnu.")
        editor.switches.accounts = AccountFault(str(form["comptes"]))
    if "patients" in form:
        if form["patients"] not in list(PatientFault):
            raise web.HTTPBadRequest(text="Réglage inconnu.")
        editor.switches.patients = PatientFault(str(form["patients"]))
    raise web.HTTPSeeOther("/interrupteurs")


async def style(request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css")
