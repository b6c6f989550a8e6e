"""The set-based steps of an RPPS load, in order. Tables `rpps_*` are unlogged and belong to one load."""

from directory.loading.location import JOINS_SQL, POINT_SQL
from sasportal.spelling import plain_sql

# Changes when the reading below changes, so that the next load rewrites every row.
READING = "1"

CITY_CARE = "'SA05', 'SA07', 'SA08', 'SA09', 'SA50', 'SA52'"
NATIONAL_ID = """
    CASE WHEN national_id <> '' THEN national_id
         WHEN id_type IN ('0', '8') AND identifier <> '' THEN id_type || identifier ELSE '' END
"""
ADDRESS_COLUMNS = "number, repetition, street_type, street, distribution, cedex, postal_code, insee, city, country"
SOURCE_COLUMNS = (
    f"profession, mode, sector, finess, siret, old_id, technical_id, legal_name, sign, phone, phone_2, "
    f"department, {ADDRESS_COLUMNS}"
)
PERSON_COLUMNS = "family_name, given_name, exercise_civility, civility"

# 1. City care only, students left out; the key of a place is the directory's own, else its address.
#    Only ordinal specialties split an activity; competences and the like do not.
#    `source` points back at the staged row: what has not changed is never carried further than its hash.
KEPT = f"""(
    SELECT ctid AS source, {NATIONAL_ID} AS national_id, profession,
        CASE WHEN technical_id <> '' THEN left(technical_id, 64)
             ELSE 'A' || md5(concat_ws('|', {ADDRESS_COLUMNS})) END AS place_key,
        CASE WHEN know_how LIKE 'S%%' THEN know_how ELSE '' END AS know_how,
        CASE WHEN know_how LIKE 'S%%' THEN know_how_label ELSE '' END AS know_how_label,
        md5(concat_ws('|', '{READING}', {SOURCE_COLUMNS})) AS source_hash,
        md5(concat_ws('|', '{READING}', {PERSON_COLUMNS}, profession)) AS person_hash,
        insee IN (SELECT insee FROM directory_commune)
            OR finess IN (SELECT finess FROM directory_structure WHERE lat IS NOT NULL AND finess IS NOT NULL)
            AS located
    FROM rpps_staging
    WHERE category <> 'E' AND (sector IN ({CITY_CARE}) OR (sector = '' AND mode = 'L'))
)"""  # noqa: S608

KNOW_HOW = f"""
CREATE UNLOGGED TABLE rpps_know_how AS
SELECT DISTINCT {NATIONAL_ID} AS national_id, profession, know_how, know_how_label
FROM rpps_know_how_staging WHERE know_how LIKE 'S%%' AND category <> 'E'
"""  # noqa: S608

KEPT_WITH_KNOW_HOW = f"""(
    SELECT k.source, k.national_id, k.profession, k.place_key, coalesce(h.know_how, k.know_how) AS know_how,
        coalesce(h.know_how_label, k.know_how_label) AS know_how_label, k.source_hash, k.person_hash, k.located
    FROM {KEPT} k LEFT JOIN rpps_know_how h USING (national_id, profession)
)"""  # noqa: S608

# 2. One row per practitioner, place and know-how, with a hash of everything it was read from.
#    A row without know-how gives way when the same place has one with.
NEXT = """
CREATE UNLOGGED TABLE rpps_next AS
SELECT DISTINCT ON (national_id, place_key, know_how)
    source, national_id, left(place_key || '|' || know_how, 80) AS key, place_key, know_how, know_how_label,
    md5(know_how_label || source_hash) AS row_hash, person_hash, located
FROM (
    SELECT k.*, bool_or(know_how <> '') OVER (PARTITION BY national_id, place_key) AS specialised
    FROM {kept} k WHERE national_id <> '' AND length(national_id) <= 50
) k
WHERE know_how <> '' OR NOT specialised
ORDER BY national_id, place_key, know_how, source_hash, source
"""

PEOPLE = """
CREATE UNLOGGED TABLE rpps_people AS
SELECT DISTINCT ON (national_id) national_id, person_hash AS row_hash, source
FROM rpps_next ORDER BY national_id, person_hash, source
"""

# 3. What differs from the live rows: only this is normalised and placed.
#    "AGEN CEDEX 9" without a commune code is found by name, in the postcode's own part of the country.
DIFFERS = "WHERE a.id IS NULL OR a.row_hash <> n.row_hash OR a.closed_at IS NOT NULL"
_TOWN_NAME = plain_sql(r"regexp_replace(s.city, '(?i)\s+cedex.*$', '')")
CHANGED = f"""
CREATE UNLOGGED TABLE rpps_changed AS
WITH differing AS (
    SELECT n.national_id, n.key, n.row_hash, n.place_key, n.know_how, n.know_how_label, a.id AS live_id,
        {", ".join(f"s.{column}" for column in SOURCE_COLUMNS.split(", "))}
    FROM rpps_next n JOIN rpps_staging s ON s.ctid = n.source
    LEFT JOIN directory_activity a ON a.practitioner_id = n.national_id AND a.key = n.key
    {DIFFERS}
), spelled AS (
    SELECT national_id, key, row_hash, live_id, place_key, profession, know_how, know_how_label, mode, sector, old_id,
        department AS official_department, CASE WHEN sign <> '' THEN sign ELSE legal_name END AS structure_name,
        left(btrim(regexp_replace(concat_ws(' ', number, repetition, street_type, street), '\\s+', ' ', 'g')), 200)
            AS line,
        left(CASE WHEN city <> '' THEN city ELSE btrim(regexp_replace(cedex, '^[0-9 ]+', '')) END, 100) AS city,
        left(postal_code, 5) AS postal_code,
        CASE WHEN insee ~ '^(\\d{{5}}|2[AB]\\d{{3}})$' THEN insee ELSE '' END AS insee,
        CASE WHEN finess ~ '^[0-9][0-9AB][0-9]{{7}}$' THEN finess ELSE '' END AS finess,
        CASE WHEN siret ~ '^[0-9]{{14}}$' THEN siret ELSE '' END AS siret,
        left(regexp_replace(CASE WHEN phone <> '' THEN phone ELSE phone_2 END, '[^0-9+]', '', 'g'), 20) AS phone
    FROM differing
), resolved AS (
    SELECT s.*, found.insee AS found_insee FROM spelled s LEFT JOIN LATERAL (
        SELECT t.insee FROM directory_commune t
        WHERE s.insee = '' AND s.city <> '' AND s.postal_code <> '' AND t.search_name = {_TOWN_NAME}
          AND EXISTS (SELECT FROM unnest(t.postal_codes) AS code WHERE left(code, 2) = left(s.postal_code, 2))
        ORDER BY t.population DESC LIMIT 1
    ) found ON true
), placed AS (
    SELECT national_id, key, row_hash, live_id, place_key, profession, know_how, know_how_label, mode, sector,
        official_department, structure_name, line, city, postal_code, finess, siret, phone,
        coalesce(found_insee, insee) AS insee,
        CASE WHEN finess <> '' THEN '1' || finess WHEN siret <> '' THEN '3' || siret ELSE left(old_id, 50) END
            AS structure_id
    FROM resolved
)
SELECT p.*, coalesce(d.code, '') AS new_department, coalesce(c.name, p.city) AS new_city, {POINT_SQL}
FROM placed p {JOINS_SQL}
LEFT JOIN directory_department d ON d.code = CASE
    WHEN p.insee ~ '^9[78]' THEN left(p.insee, 3)
    WHEN p.insee <> '' THEN left(p.insee, 2)
    WHEN p.official_department ~ '^9[A-F]$' THEN '97' || (ascii(right(p.official_department, 1)) - 64)
    ELSE p.official_department END
"""  # noqa: S608

# 4. Live rows, in one transaction.
_CIVILITY = """CASE WHEN s.exercise_civility IN ('DR', 'PR') THEN initcap(s.exercise_civility)
    WHEN s.civility = 'MME' THEN 'Mme' WHEN s.civility = 'M' THEN 'M.' ELSE '' END"""
_PERSON = {
    "civility": _CIVILITY,
    "family_name": "left(s.family_name, 100)",
    "given_name": "left(s.given_name, 100)",
    "profession": "left(s.profession, 2)",
    "search_name": "left(" + plain_sql("s.family_name || ' ' || s.given_name") + ", 210)",
    "search_name_given_first": "left(" + plain_sql("s.given_name || ' ' || s.family_name") + ", 210)",
    "row_hash": "n.row_hash",
}

UPDATE_PEOPLE = f"""
UPDATE directory_practitioner p SET closed_at = NULL, {", ".join(f"{k} = {v}" for k, v in _PERSON.items())}
FROM rpps_people n JOIN rpps_staging s ON s.ctid = n.source
WHERE p.national_id = n.national_id AND (p.row_hash <> n.row_hash OR p.closed_at IS NOT NULL)
"""  # noqa: S608

INSERT_PEOPLE = f"""
INSERT INTO directory_practitioner (national_id, {", ".join(_PERSON)})
SELECT n.national_id, {", ".join(_PERSON.values())}
FROM rpps_people n JOIN rpps_staging s ON s.ctid = n.source
WHERE NOT EXISTS (SELECT FROM directory_practitioner p WHERE p.national_id = n.national_id)
"""  # noqa: S608

CLOSE_PEOPLE = """
UPDATE directory_practitioner p SET closed_at = %s
WHERE closed_at IS NULL AND NOT EXISTS (SELECT FROM rpps_people n WHERE n.national_id = p.national_id)
"""

_LIVE_COLUMNS = {
    "place_key": "n.place_key",
    "profession": "left(n.profession, 2)",
    "specialty": "left(n.know_how, 10)",
    "specialty_label": "left(n.know_how_label, 120)",
    "mode": "left(n.mode, 1)",
    "sector": "left(n.sector, 5)",
    "structure_name": "left(n.structure_name, 200)",
    "finess": "n.finess",
    "siret": "n.siret",
    "structure_id": "n.structure_id",
    "line": "n.line",
    "postal_code": "n.postal_code",
    "city": "n.new_city",
    "insee": "n.insee",
    "department": "n.new_department",
    "phone": "n.phone",
    "lat": "n.lat",
    "lon": "n.lon",
    "precision": "n.precision",
    "row_hash": "n.row_hash",
}

UPDATE_ACTIVITIES = f"""
UPDATE directory_activity a SET closed_at = NULL, {", ".join(f"{k} = {v}" for k, v in _LIVE_COLUMNS.items())}
FROM rpps_changed n WHERE n.live_id = a.id
"""  # noqa: S608

INSERT_ACTIVITIES = f"""
INSERT INTO directory_activity (practitioner_id, key, {", ".join(_LIVE_COLUMNS)})
SELECT n.national_id, n.key, {", ".join(_LIVE_COLUMNS.values())} FROM rpps_changed n WHERE n.live_id IS NULL
"""  # noqa: S608

CLOSE_ACTIVITIES = """
UPDATE directory_activity a SET closed_at = %s
WHERE closed_at IS NULL
  AND NOT EXISTS (SELECT FROM rpps_next n WHERE n.national_id = a.practitioner_id AND n.key = a.key)
"""

LOCATED_SHARE = "SELECT avg(located::int)::float8 FROM rpps_next"

TABLES = ["rpps_staging", "rpps_know_how_staging", "rpps_know_how", "rpps_next", "rpps_people", "rpps_changed"]
