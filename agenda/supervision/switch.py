"""The switch of an editor: off, nothing more is asked of it from the very next call on."""

from django.db import transaction
from django.utils import timezone

from agenda.models import Editor, EditorState
from sasportal.accounts.models import User
from sasportal.audit import trail


@transaction.atomic
def switch(*, actor: User, editor: Editor, state: EditorState, reason: str = "", origin: str = "") -> bool:
    """Turn an editor on or off; tell whether that changed anything. Appointments it sends back are still taken."""
    other = Editor.objects.filter(pk=editor.pk).exclude(state=state)
    if not other.update(state=state, state_reason=reason, state_since=timezone.now()):
        return False
    editor.state = state
    record(actor=actor, editor=editor, origin=origin)
    return True


def record(*, actor: User, editor: Editor, origin: str) -> None:
    trail.record(actor=actor, action=f"editor.{editor.state}", target=f"editor:{editor.pk}", origin=origin)
