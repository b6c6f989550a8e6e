"""Who is asked what, and whose agendas are learned and forgotten."""

from datetime import timedelta

import pytest
from django.utils import timezone

from agenda.models import EditorState, KnownAgenda
from tests.agenda.answers import rpps
from tests.agenda.cast import candidate, register, search_of
from tests.agenda.editors import TestEditor, status
from tests.agenda.searching import asked
from tests.store import empty

pytestmark = pytest.mark.django_db(transaction=True)

ANNE, BRUNO = rpps(1), rpps(2)


def questions(*people, **more) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.editor_name, one.national_ids) for one in search_of(*people, **more).questions]


def test_only_known_editors_are_asked_and_every_active_one_for_an_unknown_practitioner(valkey) -> None:
    alpha, beta = register("http://127.0.0.1:1/a"), register("http://127.0.0.1:1/b", "Beta")
    off = register("http://127.0.0.1:1/c", "Coupe", state=EditorState.OFF)
    register("http://127.0.0.1:1/d", "Sans flux", flows=[])
    KnownAgenda.objects.create(editor=beta, national_id=ANNE)
    KnownAgenda.objects.create(editor=off, national_id=rpps(3))
    assert questions(candidate(ANNE), candidate(BRUNO), candidate(rpps(3))) == [
        ("Alpha", (BRUNO,)),
        ("Beta", (ANNE, BRUNO)),
        ("Coupe", (rpps(3),)),
    ]
    assert alpha.pk != beta.pk


def test_who_refuses_editor_slots_or_is_away_all_along_is_not_asked(valkey) -> None:
    register("http://127.0.0.1:1/a")
    now = timezone.now()
    away = candidate(ANNE, absences=((now - timedelta(hours=1), now + timedelta(days=5)),))
    back_tomorrow = candidate(BRUNO, absences=((now - timedelta(hours=1), now + timedelta(days=1)),))
    refuses = candidate(rpps(3), accepts_editor_slots=False)
    assert questions(away, back_tomorrow, refuses) == [("Alpha", (BRUNO,))]


def test_planning_takes_three_queries_whatever_the_number(valkey, django_assert_num_queries) -> None:
    for n in range(4):
        register("http://127.0.0.1:1/a", f"Editeur {n}")
    for count in (1, 120):
        with django_assert_num_queries(3):
            search_of(*(candidate(rpps(n)) for n in range(count)))


# --- learned, forgotten ---


def test_an_editor_is_forgotten_after_a_week_without_the_practitioner(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    register(editor.url)
    asked(search_of(candidate(ANNE)))
    del editor.agenda[ANNE]
    asked(search_of(candidate(ANNE), seed=2))
    assert KnownAgenda.objects.count() == 1  # a full agenda is no proof
    empty(valkey)
    KnownAgenda.objects.update(seen_at=timezone.now() - timedelta(days=8))
    asked(search_of(candidate(ANNE)))
    assert KnownAgenda.objects.count() == 0


def test_being_seen_again_counts_and_a_failure_forgets_nobody(valkey, editor: TestEditor) -> None:
    editor.knows(ANNE)
    row = register(editor.url)
    long_ago = timezone.now() - timedelta(days=8)
    KnownAgenda.objects.create(editor=row, national_id=ANNE, learned_at=long_ago, seen_at=long_ago)
    editor.answer = status(503)
    asked(search_of(candidate(ANNE)))
    assert KnownAgenda.objects.get().seen_at == long_ago
    editor.answer = editor.honest
    asked(search_of(candidate(ANNE)))
    known = KnownAgenda.objects.get()
    assert (known.learned_at, known.seen_at > long_ago + timedelta(days=7)) == (long_ago, True)
