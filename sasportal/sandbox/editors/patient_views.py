"""`POST Appointment`, `PUT Appointment?identifier=` for patients, and the counter's page of what they asked."""

import asyncio

from aiohttp import web

from sasportal.sandbox.editors import fhir_views, pages
from sasportal.sandbox.editors.booking_views import CHOICES_TO_MOVE, changed
from sasportal.sandbox.editors.editor import editor_of, now
from sasportal.sandbox.editors.patient_appointments import read_asked, take
from sasportal.sandbox.editors.patient_faults import SLOW_SECONDS, PatientFault
from sasportal.sandbox.editors.writes import WriteRefused, decoded, said


async def create(request: web.Request) -> web.Response:
    return await _take(request, at=None)


async def update(request: web.Request) -> web.Response:
    system, bar, value = request.query.get("identifier", "").partition("|")
    if not (system and bar and value):
        return said(400, "required", "Le paramètre identifier=système|valeur est attendu.")
    return await _take(request, at=(system, value))


async def _take(request: web.Request, *, at: tuple[str, str] | None) -> web.Response:
    editor = editor_of(request)
    fault = editor.switches.patients
    if not editor.config.takes_patients:
        return await fhir_views.not_allowed(request)
    if fault is PatientFault.ERROR:
        return web.Response(status=500, text="Internal Server Error")
    if fault is PatientFault.SLOW:
        await asyncio.sleep(SLOW_SECONDS)
    try:
        asked = read_asked(decoded(await request.read()))
        if at not in {None, (asked.system, asked.value)}:
            raise WriteRefused(400, "value", "L’identifiant doit être celui de l’adresse.")
        if fault is PatientFault.REFUSES and not asked.cancelled:
            raise WriteRefused(422, "business-rule", "Ce cabinet ne prend plus de rendez-vous en ligne.")
        booking, is_new = take(editor.agenda, asked, now())
    except WriteRefused as refused:
        return said(refused.status, refused.code, refused.message)
    if booking is None:
        return said(404, "not-found", "Ce rendez-vous n’existe pas ici.")
    if fault is PatientFault.LOST and request.transport is not None:
        request.transport.close()
    if fault is PatientFault.TWICE and is_new:
        editor.bookings.acknowledged(booking, 0)
        editor.delivery.wake.set()
    location = f"{editor.config.fhir_base}/Appointment/{booking.id}"
    return web.Response(status=201 if is_new else 200, headers={"Location": location})


async def listing(request: web.Request) -> web.Response:
    editor = editor_of(request)
    bookings = editor.bookings.of_patients()
    people = [editor.agenda.people[pk] for pk in {one.person_id for one in bookings} if pk in editor.agenda.people]
    moment = now()
    choices = {person.id: editor.agenda.free(person, moment)[:CHOICES_TO_MOVE] for person in people}
    return editor.show(request, "Rendez-vous demandés par des patients", pages.patients(bookings, choices))


async def change(request: web.Request) -> web.Response:
    """Cancel, honour or move what a patient asked, then tell the platform."""
    editor = editor_of(request)
    booking = editor.bookings.all.get(request.match_info["booking"])
    if booking is None or not booking.by_patient:
        raise web.HTTPNotFound
    return await changed(request, editor, booking, then="/patients")
