"""The database itself refuses to change or remove what the histories hold."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION booking_history_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER booking_appointmentevent_no_change BEFORE UPDATE OR DELETE ON booking_appointmentevent
    FOR EACH ROW EXECUTE FUNCTION booking_history_is_append_only();
CREATE TRIGGER booking_orientationevent_no_change BEFORE UPDATE OR DELETE ON booking_orientationevent
    FOR EACH ROW EXECUTE FUNCTION booking_history_is_append_only();
"""
BACKWARD = """
DROP TRIGGER booking_appointmentevent_no_change ON booking_appointmentevent;
DROP TRIGGER booking_orientationevent_no_change ON booking_orientationevent;
DROP FUNCTION booking_history_is_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("booking", "0002_verified_orientations_and_structures")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
