"""A patient's name that an editor lets slip, anywhere in an answer, is kept in nothing that supervision writes."""

import json

import pytest
from django.core import serializers
from django.utils import timezone

from agenda.models import EditorCall
from agenda.supervision import detection
from agenda.supervision.models import Anomaly, CallCount
from agenda.supervision.tallies import tally
from tests.agenda.answers import bundle, people, rpps, slot
from tests.agenda.cast import candidate, register, search_of
from tests.agenda.editors import TestEditor, as_fhir
from tests.agenda.searching import asked

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "MARTINCANARI"
ANNE = rpps(1)


def leaking() -> dict:
    """Broken in many ways, with the name as type, identifier, key, text, code, address and instant."""
    slots = [
        slot(ANNE, NAME, end=NAME), slot(ANNE, timezone.now(), comment=f"javascript:alert('{NAME}')"),
        slot(ANNE, timezone.now(), types=[NAME], status=NAME, id=NAME), slot(NAME, timezone.now(), schedule_id=NAME),
        {"resourceType": NAME, "id": NAME},
        {"resourceType": "Slot", "id": NAME, NAME: NAME, "schedule": {"reference": NAME}},
        {"resourceType": "Patient", "id": NAME, "name": [{"family": NAME}]},
    ]  # fmt: skip
    return bundle([*slots, *people([ANNE])]) | {NAME: NAME}


def test_a_name_in_an_answer_is_nowhere_in_supervision(
    valkey, editor: TestEditor, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    async def leak(request):
        return as_fhir(leaking())

    editor.answer = leak
    register(editor.url)
    asked(search_of(candidate(ANNE)))
    tally()
    detection.watch(now=timezone.now())
    [call] = EditorCall.objects.all()
    assert len(call.broken) > 2
    assert Anomaly.objects.exclude(example="").exists()
    rows = serializers.serialize("json", [*EditorCall.objects.all(), *Anomaly.objects.all(), *CallCount.objects.all()])
    assert NAME not in rows
    assert NAME not in json.dumps([record.getMessage() for record in caplog.records])
    assert NAME not in "".join(capfd.readouterr())
