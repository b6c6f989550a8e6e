"""What administrators see: appointments without a known regulator, and nothing they could change."""

import pytest
from django.contrib.admin.sites import site
from django.test import RequestFactory

from booking.admin import AppointmentAdmin, OrientationAdmin
from booking.models import Appointment, Orientation
from sasportal.accounts.models import User
from tests.booking.cast import EditorClient, appointment, editor, operator, orientation, regulator

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_of_admin():
    request = RequestFactory().get("/admin/", {"unattributed__exact": "1"})
    request.user = User.objects.create(username="admin", is_staff=True, is_superuser=True)
    return request


def test_unattributed_appointments_can_be_filtered(request_of_admin) -> None:
    regulator(), editor()
    EditorClient().post(appointment("rdv-1"))
    EditorClient().post(appointment("rdv-2", extension=operator("899700009999")))
    changes = AppointmentAdmin(Appointment, site).get_changelist_instance(request_of_admin)
    assert [one.value for one in changes.get_queryset(request_of_admin)] == ["rdv-2"]


@pytest.mark.parametrize(("admin", "model"), [(AppointmentAdmin, Appointment), (OrientationAdmin, Orientation)])
def test_even_a_superuser_only_reads(request_of_admin, admin, model) -> None:
    orientation(regulator(), editor())
    one = admin(model, site)
    rights = [one.has_view_permission(request_of_admin)]
    rights += [getattr(one, f"has_{what}_permission")(request_of_admin) for what in ("add", "change", "delete")]
    assert rights == [True, False, False, False]
    for inline in one.get_inline_instances(request_of_admin):
        assert inline.has_change_permission(request_of_admin) is False
