from django.db import migrations


def add_towns(apps, schema_editor):
    """Towns of our own making (directory/data/towns.csv), until `load_communes` brings the official ones."""
    from directory.loading.towns import TOWNS, read_communes
    from sasportal.spelling import plain

    Commune = apps.get_model("directory", "Commune")
    Commune.objects.bulk_create(
        Commune(
            insee=row.insee, name=row.name, search_name=plain(row.name), postal_codes=list(row.postal_codes),
            department_id=row.department, lat=row.lat, lon=row.lon, population=row.population,
        )
        for row in read_communes(TOWNS)
    )


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_specialties")]
    operations = [migrations.RunPython(add_towns, migrations.RunPython.noop)]
