import pytest
from django.test import Client

from sasportal.accounts import grants
from sasportal.accounts.models import Role, User
from tests.accounts.people import professional, signed_in_by_psc
from tests.supervision import cast


@pytest.fixture
def admin(db: None) -> User:
    return professional("899700000062", Role.ADMIN)


@pytest.fixture
def client_of_admin(admin: User, valkey) -> Client:
    return signed_in_by_psc(admin)


@pytest.fixture
def alpha(db: None):
    return cast.editor("Alpha")


@pytest.fixture
def staff(admin: User, alpha) -> User:
    """Somebody of Alpha."""
    user = professional("899700000120")
    grants.grant(actor=admin, user=user, role=Role.EDITOR, editor_id=alpha.pk)
    return user
