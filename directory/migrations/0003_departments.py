from django.db import migrations

RADIUS_KM = {
    50: "04 12 15 23 36 48 52 55 58",
    40: "05 09 10 18 19 24 2B 32 46 61 70 89",
    30: "02 03 07 08 11 16 28 2A 39 40 41 43 47 53 65 71 79 88",
    20: "01 17 21 22 25 26 27 37 45 49 50 51 56 60 63 64 72 73 80 81 82 85 86 87",
    10: "06 13 14 29 30 31 33 34 35 38 42 44 54 57 59 62 66 67 68 74 76 77 78 83 84 90 91 971 972 974",
    5: "69 75 92 93 94 95",
}
# Not in the national table (their search fails there): chosen by the shape of each territory.
OVERSEAS_RADIUS_KM = {"973": 50, "975": 20, "976": 20, "977": 10, "978": 10, "986": 20, "987": 50, "988": 50}
TIME_ZONES = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne", "974": "Indian/Reunion",
    "975": "America/Miquelon", "976": "Indian/Mayotte", "977": "America/St_Barthelemy", "978": "America/Marigot",
    "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}
NAMES = """\
01 Ain|02 Aisne|03 Allier|04 Alpes-de-Haute-Provence|05 Hautes-Alpes|06 Alpes-Maritimes|07 Ardèche|08 Ardennes
09 Ariège|10 Aube|11 Aude|12 Aveyron|13 Bouches-du-Rhône|14 Calvados|15 Cantal|16 Charente|17 Charente-Maritime
18 Cher|19 Corrèze|2A Corse-du-Sud|2B Haute-Corse|21 Côte-d'Or|22 Côtes-d'Armor|23 Creuse|24 Dordogne|25 Doubs
26 Drôme|27 Eure|28 Eure-et-Loir|29 Finistère|30 Gard|31 Haute-Garonne|32 Gers|33 Gironde|34 Hérault
35 Ille-et-Vilaine|36 Indre|37 Indre-et-Loire|38 Isère|39 Jura|40 Landes|41 Loir-et-Cher|42 Loire|43 Haute-Loire
44 Loire-Atlantique|45 Loiret|46 Lot|47 Lot-et-Garonne|48 Lozère|49 Maine-et-Loire|50 Manche|51 Marne
52 Haute-Marne|53 Mayenne|54 Meurthe-et-Moselle|55 Meuse|56 Morbihan|57 Moselle|58 Nièvre|59 Nord|60 Oise|61 Orne
62 Pas-de-Calais|63 Puy-de-Dôme|64 Pyrénées-Atlantiques|65 Hautes-Pyrénées|66 Pyrénées-Orientales|67 Bas-Rhin
68 Haut-Rhin|69 Rhône|70 Haute-Saône|71 Saône-et-Loire|72 Sarthe|73 Savoie|74 Haute-Savoie|75 Paris
76 Seine-Maritime|77 Seine-et-Marne|78 Yvelines|79 Deux-Sèvres|80 Somme|81 Tarn|82 Tarn-et-Garonne|83 Var
84 Vaucluse|85 Vendée|86 Vienne|87 Haute-Vienne|88 Vosges|89 Yonne|90 Territoire de Belfort|91 Essonne
92 Hauts-de-Seine|93 Seine-Saint-Denis|94 Val-de-Marne|95 Val-d'Oise|971 Guadeloupe|972 Martinique|973 Guyane
974 La Réunion|975 Saint-Pierre-et-Miquelon|976 Mayotte|977 Saint-Barthélemy|978 Saint-Martin
986 Wallis-et-Futuna|987 Polynésie française|988 Nouvelle-Calédonie"""


def departments():
    """Yield (code, name, radius in km, time zone)."""
    radius = {code: km for km, codes in RADIUS_KM.items() for code in codes.split()} | OVERSEAS_RADIUS_KM
    for entry in NAMES.replace("\n", "|").split("|"):
        code, name = entry.split(" ", 1)
        yield code, name, radius[code], TIME_ZONES.get(code, "Europe/Paris")


def add_departments(apps, schema_editor):
    from sasportal.spelling import plain

    Department = apps.get_model("directory", "Department")
    Department.objects.bulk_create(
        Department(code=code, name=name, search_name=plain(name), radius_km=radius, time_zone=zone)
        for code, name, radius, zone in departments()
    )


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_geocodes_and_load_speed")]
    operations = [migrations.RunPython(add_departments, migrations.RunPython.noop)]
