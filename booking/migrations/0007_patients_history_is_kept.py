"""The database itself refuses to change or remove what the history of a patient's booking holds."""

from django.db import migrations

FORWARD = """
CREATE TRIGGER booking_bookingevent_no_change BEFORE UPDATE OR DELETE ON booking_bookingevent
    FOR EACH ROW EXECUTE FUNCTION booking_history_is_append_only();
"""
BACKWARD = "DROP TRIGGER booking_bookingevent_no_change ON booking_bookingevent;"


class Migration(migrations.Migration):
    dependencies = [("booking", "0006_patients")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
