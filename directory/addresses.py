"""To which e-mail address may we write to somebody? The one he gave; empty when we know none."""

from directory.models import EffectorSettings
from sasportal.accounts.models import User, UserKind
from sasportal.audit.authors import accounts


def address_of_practitioner(national_id: str) -> str:
    """The address an effector gave for his notices, else that of his account."""
    given = EffectorSettings.objects.filter(national_id=national_id).values_list("notice_email", flat=True).first()
    return given or address_of_account(User.objects.filter(national_id=national_id).first())


def address_of_author(author: str) -> str:
    """The address of who signed a row: of his notices when he is an effector, else of his account."""
    user = accounts([author]).get(author)
    if user is None or not user.national_id:
        return address_of_account(user)
    return address_of_practitioner(user.national_id)


def address_of_account(user: User | None) -> str:
    able = user is not None and user.is_active and user.kind == UserKind.PROFESSIONAL
    return user.email if user is not None and able else ""
