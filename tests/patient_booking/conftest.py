from tests.patient_booking.after import account, booking, client
from tests.patient_booking.at_editors import alpha, editor, patient, world
from tests.sandbox_editors.conftest import make_config, own_world, people

__all__ = ["account", "alpha", "booking", "client", "editor", "make_config", "own_world", "patient", "people", "world"]
