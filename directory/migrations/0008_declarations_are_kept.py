"""A declaration is ended, never rewritten or removed: the database itself refuses."""

from django.db import migrations

FORWARD = """
UPDATE directory_participation SET act = gen_random_uuid(), declared_at = starts_at;
CREATE FUNCTION declaration_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF ROW(NEW.id, NEW.act, NEW.national_id, NEW.via, NEW.structure, NEW.place_key, NEW.starts_at,
               NEW.declared_at, NEW.declared_by)
           IS NOT DISTINCT FROM
           ROW(OLD.id, OLD.act, OLD.national_id, OLD.via, OLD.structure, OLD.place_key, OLD.starts_at,
               OLD.declared_at, OLD.declared_by)
        THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'a declaration is ended, never changed: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER declaration_is_kept BEFORE UPDATE OR DELETE ON directory_participation
    FOR EACH ROW EXECUTE FUNCTION declaration_is_kept();
"""
BACKWARD = """
DROP TRIGGER declaration_is_kept ON directory_participation;
DROP FUNCTION declaration_is_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0007_declarations_by_place")]
    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
