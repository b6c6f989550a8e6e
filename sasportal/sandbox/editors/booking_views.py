"""The booking page the portal opens, and what a regulator may do afterwards."""

from aiohttp import web

from sasportal.sandbox.editors import pages, sign_in_views
from sasportal.sandbox.editors.bookings import Booking, SlotTaken, Status, new_id
from sasportal.sandbox.editors.editor import Editor, editor_of, now
from sasportal.sandbox.editors.generation import Opening
from sasportal.sandbox.editors.people import Person
from sasportal.sandbox.editors.resources import instant
from sasportal.sandbox.editors.sign_in import Professional

ORIGIN = "sas"
CHOICES_TO_MOVE = 30


async def booking_page(request: web.Request) -> web.Response:
    """Show the slot; with `origin=sas`, sign the visitor in first and offer to confirm."""
    editor = editor_of(request)
    opening = find_opening(request)
    professional = editor.sessions.professional(request)
    if request.query.get("origin") != ORIGIN:
        return editor.show(request, "Prendre rendez-vous", pages.without_origin(opening))
    if professional is None:
        return await sign_in_views.begin(request, request.path_qs)
    if editor.bookings.is_taken(opening.id):
        return editor.show(request, "Créneau indisponible", pages.taken(), status=410)
    return editor.show(request, "Confirmer un rendez-vous", pages.booking_form(opening, professional))


async def confirm(request: web.Request) -> web.Response:
    """Take the slot for the person signed in, then tell the platform."""
    editor = editor_of(request)
    opening = find_opening(request)
    professional = editor.sessions.professional(request)
    if professional is None:
        return editor.show(request, "Connexion expirée", pages.sign_in_again(request.path), status=401)
    if (await request.post()).get("origin") != ORIGIN:
        raise web.HTTPForbidden(text="Le rendez-vous doit venir du portail SAS.")
    if editor.switches.refuses_bookings:
        return editor.show(request, "Rendez-vous refusé", pages.refused(), status=409)
    try:
        booking = editor.bookings.take(new_booking(opening, professional, awaits=editor.switches.confirms_later))
    except SlotTaken:
        return editor.show(request, "Créneau indisponible", pages.taken(), status=410)
    editor.delivery.wake.set()
    raise web.HTTPSeeOther(f"/mes-rendez-vous?confirme={booking.id}")


async def my_bookings(request: web.Request) -> web.Response:
    editor = editor_of(request)
    professional = editor.sessions.professional(request)
    if professional is None:
        return await sign_in_views.begin(request, request.path_qs)
    bookings = editor.bookings.of_operator(professional.national_id)
    people = {editor.agenda.people[one.person_id] for one in bookings if one.person_id in editor.agenda.people}
    moment = now()
    choices = {person.id: editor.agenda.free(person, moment)[:CHOICES_TO_MOVE] for person in people}
    body = pages.my_bookings(bookings, choices, confirmed=request.query.get("confirme", ""))
    return editor.show(request, "Mes rendez-vous SAS", body)


async def change(request: web.Request) -> web.Response:
    """Cancel, honour or move one of one's own appointments, then tell the platform."""
    editor = editor_of(request)
    professional = editor.sessions.professional(request)
    booking = editor.bookings.all.get(request.match_info["booking"])
    if professional is None or booking is None or booking.operator != professional.national_id:
        raise web.HTTPNotFound
    return await changed(request, editor, booking, then="/mes-rendez-vous")


async def changed(request: web.Request, editor: Editor, booking: Booking, *, then: str) -> web.Response:
    """Do what the form asks, have the platform told, and go on to `then`."""
    form = await request.post()
    if booking.status is Status.BOOKED:
        try:
            apply(editor, booking, str(form.get("action", "")), str(form.get("creneau", "")))
        except SlotTaken:
            return editor.show(request, "Créneau indisponible", pages.taken(), status=410)
        editor.delivery.wake.set()
    raise web.HTTPSeeOther(then)


def apply(editor: Editor, booking: Booking, action: str, opening_id: str) -> None:
    """Do to an appointment what a form asks; raise SlotTaken."""
    moment = now()
    match action:
        case "cancelled" | "fulfilled" | "noshow":
            editor.bookings.close(booking, Status(action), now=moment)
        case "confirm":
            editor.bookings.confirm(booking, now=moment)
        case "move":
            person = editor.agenda.people[booking.person_id]
            opening = editor.agenda.opening(person, opening_id, moment)
            if opening is None:
                raise web.HTTPNotFound
            editor.bookings.move(
                booking, opening_id=opening.id, start=instant(opening.start), end=instant(opening.end), now=moment
            )
        case _:
            raise web.HTTPBadRequest(text="Action inconnue.")


def find_person(request: web.Request) -> Person:
    person = editor_of(request).agenda.people.get(request.match_info["person"])
    if person is None:
        raise web.HTTPNotFound
    return person


def find_opening(request: web.Request) -> Opening:
    opening = editor_of(request).agenda.opening(find_person(request), request.match_info["opening"], now())
    if opening is None:
        raise web.HTTPNotFound
    return opening


def new_booking(opening: Opening, professional: Professional, *, awaits: bool = False) -> Booking:
    moment = now().isoformat()
    return Booking(
        id=new_id(),
        opening_id=opening.id,
        person_id=opening.person.id,
        national_id=opening.person.national_id,
        person_name=opening.person.title,
        operator=professional.national_id,
        operator_name=professional.name,
        start=instant(opening.start),
        end=instant(opening.end),
        created=moment,
        changed=moment,
        awaits=awaits,
    )
