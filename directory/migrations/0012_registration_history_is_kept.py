"""The database itself refuses to change or remove what the history of a request holds."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION registration_history_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER registration_history_is_kept BEFORE UPDATE OR DELETE ON directory_registrationevent
    FOR EACH ROW EXECUTE FUNCTION registration_history_is_kept();
"""
BACKWARD = """
DROP TRIGGER registration_history_is_kept ON directory_registrationevent;
DROP FUNCTION registration_history_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0011_registration")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
