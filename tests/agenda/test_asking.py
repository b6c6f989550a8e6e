"""One question over real HTTP to an editor that misbehaves in every way."""

import asyncio
import json
import time
import zlib
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web

from agenda.asking import Call, ask
from agenda.booking_urls import BookingHosts
from agenda.client import EditorClient, Peer
from agenda.models import Flow, Outcome
from agenda.reports import CallReport, Question
from agenda.windows import Window
from tests.agenda.answers import bundle, people, rpps, slot
from tests.agenda.editors import (
    Answer,
    TestEditor,
    after,
    as_fhir,
    asked_ids,
    body,
    compressed,
    cut_short,
    drip,
    endless,
    hang,
    redirect,
    reset,
    status,
)
from tests.agenda.sos_answers import everything, siret, sos_slot

ANNE, BRUNO = rpps(1), rpps(2)
SPACES = b" " * (9 * 1024 * 1024)


def ask_once(
    editor: TestEditor, *, seconds: float = 6.5, flow: Flow = Flow.R01, url: str = "",
    about: tuple[str, ...] = (ANNE, BRUNO),
) -> CallReport:  # fmt: skip
    now = datetime.now(UTC)
    call = Call(
        question=Question(number=3, editor_id=7, editor_name="Alpha", flow=flow, national_ids=about),
        peer=Peer(editor_id=7, base_url=url or editor.url, tls=None),
        hosts=BookingHosts.of(["alpha.example"]),
        window=Window(start=now, end=now + timedelta(hours=72)),
        zone="Europe/Paris",
        round=2,
    )

    async def run() -> CallReport:
        async with EditorClient() as client:
            return await ask(client, call, seconds=seconds)

    return asyncio.run(run())


def test_an_honest_answer(editor: TestEditor) -> None:
    editor.knows(ANNE, slots=2)
    report = ask_once(editor)
    assert (report.outcome, len(report.slots), report.known) == (Outcome.OK, 2, (ANNE,))
    assert (report.question, report.round, report.editor_name, report.rejects) == (3, 2, "Alpha", {})


def test_no_slot_is_empty_and_some_rejects_are_partial(editor: TestEditor) -> None:
    assert ask_once(editor).outcome == Outcome.EMPTY
    editor.knows(ANNE)
    editor.slot_options = {"status": "busy"}
    report = ask_once(editor)
    assert (report.outcome, report.rejects) == (Outcome.PARTIAL, {"status_not_free": 3})
    assert [one.path for one in report.broken] == [f"Bundle.entry[{n}].resource.status" for n in range(3)]


def exact(flow: Flow, *national_ids: str) -> str:
    start, end = datetime(2024, 6, 12, 14, 20, tzinfo=UTC), datetime(2024, 6, 15, 14, 20, tzinfo=UTC)
    with TestEditor() as editor:
        call = Call(
            question=Question(number=0, editor_id=1, editor_name="A", flow=flow,
                              national_ids=national_ids or ("810002909371", "810001288385")),
            peer=Peer(editor_id=1, base_url=editor.url + "/", tls=None), hosts=BookingHosts.of([]),
            window=Window(start=start, end=end), zone="Europe/Paris",
        )  # fmt: skip

        async def run() -> None:
            async with EditorClient() as client:
                await ask(client, call)

        asyncio.run(run())
        assert editor.headers[0]["Accept"] == "application/fhir+json"
        assert "Cookie" not in editor.headers[0]
        return editor.queries[0]


R01 = (
    "_include=Slot:schedule&_include:iterate=Schedule:actor"
    "&start=ge2024-06-12T16:20:00.000%2B02:00&start=le2024-06-15T16:20:00.000%2B02:00"
    "&schedule.actor:Practitioner.identifier="
    "urn:oid:1.2.250.1.71.4.2.1%7C810002909371,urn:oid:1.2.250.1.71.4.2.1%7C810001288385"
    "&status=free"
)


def test_the_question_is_written_as_the_guide_does() -> None:
    assert exact(Flow.R01) == R01


def test_the_cpts_question_has_two_more_includes() -> None:
    assert exact(Flow.R04) == (
        R01 + "&_include=Slot:service-type-reference&_include:iterate=HealthcareService:organization"
    )


def test_the_question_about_associations_is_written_as_the_guide_does() -> None:
    assert exact(Flow.SOS, "334173748400020", "392080466300010") == (
        "_revinclude=Slot:schedule&_include=Schedule:actor:Location&_include:iterate=Location:organization"
        "&_has:Slot:schedule:start=ge2024-06-12T16:20:00.000%2B02:00"
        "&_has:Slot:schedule:start=le2024-06-15T16:20:00.000%2B02:00"
        "&_has:Slot:schedule:status=free&actor:Location.organization.identifier="
        "urn:oid:1.2.250.1.71.4.2.2%7C334173748400020,urn:oid:1.2.250.1.71.4.2.2%7C392080466300010"
    )


EMPTY = json.dumps(bundle([])).encode()


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (status(400), Outcome.INVALID),
        (status(401), Outcome.REFUSED),
        (status(403), Outcome.REFUSED),
        (status(404), Outcome.INVALID),
        (status(429), Outcome.OVERLOAD),
        (status(500), Outcome.INVALID),
        (status(502), Outcome.UNREACHABLE),
        (status(503), Outcome.OVERLOAD),
        (status(204), Outcome.INVALID),
        (reset(), Outcome.UNREACHABLE),
        (cut_short(EMPTY), Outcome.UNREACHABLE),
        (body(b"<html>Bonjour</html>", "text/html"), Outcome.INVALID),
        (body(EMPTY, "text/html"), Outcome.INVALID),
        (body(EMPTY, "application/fhir+json; charset=iso-8859-1"), Outcome.INVALID),
        (body(EMPTY, "application/fhir+json; charset=UTF-8"), Outcome.EMPTY),
        (body(EMPTY, "application/json+fhir"), Outcome.EMPTY),
        (body(EMPTY, "application/json"), Outcome.EMPTY),
        (body(b"\xef\xbb\xbf" + EMPTY), Outcome.EMPTY),
        (body(EMPTY.decode().encode("utf-16")), Outcome.INVALID),
        (body(b"{"), Outcome.INVALID),
        (body(b"[" * 100_000), Outcome.INVALID),
        (body(b'{"resourceType":"OperationOutcome"}'), Outcome.INVALID),
        (body(b" " * (3 * 1024 * 1024)), Outcome.INVALID),
        (endless(), Outcome.INVALID),
        (compressed(EMPTY, "gzip"), Outcome.EMPTY),
        (compressed(EMPTY, "deflate"), Outcome.EMPTY),
        (compressed(EMPTY, "br"), Outcome.EMPTY),
        (body(zlib.compress(EMPTY)[2:-4], **{"Content-Encoding": "deflate"}), Outcome.EMPTY),
        (compressed(SPACES, "gzip"), Outcome.INVALID),
        (compressed(SPACES, "deflate"), Outcome.INVALID),
        (compressed(SPACES, "br"), Outcome.INVALID),
        (body(b"not gzip at all", **{"Content-Encoding": "gzip"}), Outcome.INVALID),
        (body(EMPTY, **{"Content-Encoding": "gzip, gzip"}), Outcome.INVALID),
        (body(EMPTY, **{"Content-Encoding": "zstd"}), Outcome.INVALID),
    ],
)
def test_every_fault_has_its_outcome(editor: TestEditor, answer: Answer, outcome: Outcome) -> None:
    editor.answer = answer
    began = time.monotonic()
    report = ask_once(editor)
    assert (report.outcome, report.slots) == (outcome, ())
    assert time.monotonic() - began < 5  # a bomb stops long before the deadline


@pytest.mark.parametrize("answer", [hang(), drip(EMPTY + b" " * 5000, every=0.05), after(60, body(EMPTY))])
def test_a_slow_editor_is_cut_at_the_deadline(editor: TestEditor, answer: Answer) -> None:
    editor.answer = answer
    began = time.monotonic()
    report = ask_once(editor, seconds=0.5)
    assert report.outcome == Outcome.TIMEOUT
    assert 0.4 < time.monotonic() - began < 2
    assert 400 < report.duration_ms < 2000


def test_a_closed_port_is_unreachable() -> None:
    with TestEditor() as editor:
        url = editor.url
    assert ask_once(editor, url=url).outcome == Outcome.UNREACHABLE


def test_a_get_that_was_cut_is_tried_once_more(editor: TestEditor) -> None:
    broken = reset()

    async def first_only(request: web.Request) -> web.StreamResponse:
        return await (broken if len(editor.queries) == 1 else editor.honest)(request)

    editor.knows(ANNE)
    editor.answer = first_only
    assert ask_once(editor).outcome == Outcome.OK
    assert len(editor.queries) == 2
    editor.answer = status(503)
    ask_once(editor)
    assert len(editor.queries) == 3  # an overloaded editor is left alone


def test_no_redirect_is_followed(editor: TestEditor) -> None:
    with TestEditor() as other:
        other.knows(ANNE)
        editor.answer = redirect(other.url + "/Slot")
        assert ask_once(editor).outcome == Outcome.INVALID
        assert other.queries == []


# --- pages ---


def paged(editor: TestEditor, pages: int, *, cycle: bool = False, next_url: str = "") -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("page", "1"))
        start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=number)
        following = "" if number == pages else next_url or f"{editor.url}/Slot?page={1 if cycle else number + 1}"
        return as_fhir(bundle([slot(ANNE, start), *people([ANNE])], next_url=following))

    return answer


def test_pages_are_read_together(editor: TestEditor) -> None:
    editor.answer = paged(editor, 5)
    report = ask_once(editor)
    assert (report.outcome, len(report.slots), len(editor.queries)) == (Outcome.OK, 5, 5)


def test_pages_about_associations_are_read_together_whatever_page_holds_the_places(editor: TestEditor) -> None:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
    pages = [[sos_slot(siret(1), start)], [sos_slot(siret(1), start + timedelta(hours=1))], everything([siret(1)])]

    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("page", "1"))
        following = f"{editor.url}/Schedule?page={number + 1}" if number < len(pages) else ""
        return as_fhir(bundle(pages[number - 1], next_url=following))

    editor.answer = answer
    report = ask_once(editor, flow=Flow.SOS, about=(siret(1),))
    assert (report.outcome, len(report.slots), report.known, report.rejects) == (Outcome.OK, 2, (siret(1),), {})
    assert len(editor.queries) == 3


def test_a_relative_next_page_is_followed(editor: TestEditor) -> None:
    editor.answer = paged(editor, 2, next_url="Slot?page=2")
    assert len(ask_once(editor).slots) == 2


def test_at_most_five_pages(editor: TestEditor) -> None:
    editor.answer = paged(editor, 6)
    assert ask_once(editor).outcome == Outcome.INVALID
    assert len(editor.queries) == 5


def test_pages_in_a_circle_are_refused(editor: TestEditor) -> None:
    editor.answer = paged(editor, 9, cycle=True)
    assert ask_once(editor).outcome == Outcome.INVALID
    assert len(editor.queries) == 2


def test_a_next_page_elsewhere_is_not_fetched(editor: TestEditor) -> None:
    with TestEditor() as other:
        for elsewhere in (
            f"{other.url}/Slot?page=2",
            f"http://u:p@127.0.0.1:{editor.port}/fhir/Slot?page=2",
            "file:///etc/passwd",
            f"http://127.0.0.1:{editor.port}\\@evil.example/",
        ):
            editor.answer = paged(editor, 2, next_url=elsewhere)
            assert ask_once(editor).outcome == Outcome.INVALID
        assert other.queries == []
    assert len(editor.queries) == 4


def test_at_most_five_thousand_entries(editor: TestEditor) -> None:
    editor.answer = body(b'{"resourceType":"Bundle","type":"searchset","entry":[' + b"{}," * 5000 + b"{}]}")
    assert ask_once(editor).outcome == Outcome.INVALID


def test_pages_share_one_budget_of_bytes(editor: TestEditor) -> None:
    padding = "x" * (500 * 1024)

    async def answer(request: web.Request) -> web.StreamResponse:
        number = int(request.query.get("page", "1"))
        return as_fhir(bundle([], next_url=f"{editor.url}/Slot?page={number + 1}" if number < 5 else "", pad=padding))

    editor.answer = answer
    assert ask_once(editor).outcome == Outcome.INVALID
    assert len(editor.queries) == 5


def test_cookies_are_neither_kept_nor_sent(editor: TestEditor) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        response = as_fhir(bundle([], next_url=f"{editor.url}/Slot?page=2" if "page" not in request.query else ""))
        response.set_cookie("session", "1")
        return response

    editor.answer = answer
    assert ask_once(editor).outcome == Outcome.EMPTY
    assert ["Cookie" in headers for headers in editor.headers] == [False, False]


def test_no_proxy_is_taken_from_the_environment(editor: TestEditor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    editor.knows(ANNE)
    assert ask_once(editor).outcome == Outcome.OK


def test_wrong_people_are_dropped(editor: TestEditor) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert asked_ids(request) == [ANNE, BRUNO]
        start = datetime.now(UTC) + timedelta(hours=1)
        stranger = rpps(666)
        return as_fhir(bundle([slot(ANNE, start), slot(stranger, start), *people([ANNE, stranger])]))

    editor.answer = answer
    report = ask_once(editor)
    assert (report.outcome, report.rejects, report.known) == (Outcome.PARTIAL, {"stranger": 1}, (ANNE,))
    assert [one.national_id for one in report.slots] == [ANNE]
