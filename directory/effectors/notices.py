"""Where a practitioner wants to be written to."""

from directory.models import EffectorSettings
from sasportal.accounts.models import User


def address_of(national_id: str) -> str:
    """The address he gave for notices, else that of his account; empty when none is known."""
    chosen = EffectorSettings.objects.filter(national_id=national_id).values_list("notice_email", flat=True).first()
    if chosen:
        return chosen
    return User.objects.filter(national_id=national_id, is_active=True).values_list("email", flat=True).first() or ""
