from django.db import migrations

# slug | label | profession | official codes (none: the whole profession) | synonyms as people type them
SPECIALTIES = """\
medecin-generaliste|Médecin généraliste|10|SM54 SM53 SM26|généraliste, docteur, médecin, médecine générale, \
médecin de famille, médecin traitant, omnipraticien, toubib
allergologue|Allergologue|10|SM55|allergologie, allergie
anatomopathologiste|Anatomopathologiste|10|SM01|anatomie et cytologie pathologiques
anesthesiste|Anesthésiste-réanimateur|10|SM02|anesthésie, anesthésiste
cardiologue|Cardiologue|10|SM04 SM73 SM79 SM80 SM81|cardiologie, cardio, médecin du coeur, coeur
chirurgien|Chirurgien général ou viscéral|10|SM05 SM13 SM14 SM60|chirurgie, chirurgie générale, chirurgie viscérale, \
chirurgie digestive
chirurgien-orthopediste|Chirurgien orthopédiste|10|SM09|orthopédiste, orthopédie, traumatologue, traumatologie
chirurgien-pediatrique|Chirurgien pédiatrique|10|SM10|chirurgie infantile, chirurgie pédiatrique
chirurgien-plastique|Chirurgien plasticien|10|SM11|chirurgie plastique, chirurgie esthétique
dermatologue|Dermatologue|10|SM15|dermatologie, dermato, vénérologie, peau
endocrinologue|Endocrinologue-diabétologue|10|SM16 SM82|endocrinologie, diabétologue, diabète, diabétologie
gastro-enterologue|Gastro-entérologue|10|SM24|gastroentérologue, gastro-entérologie, hépatologue, gastro
geriatre|Gériatre|10|SM56 SM18|gériatrie, gérontologue, personnes âgées
gynecologue|Gynécologue|10|SM19 SM20 SM76 SM77 SM78 SM83|gynécologie, gynéco, obstétricien, obstétrique, \
gynécologue-obstétricien
hematologue|Hématologue|10|SM21 SM22|hématologie
infectiologue|Infectiologue|10|SM57|maladies infectieuses, infectiologie
medecin-du-sport|Médecin du sport|10|SM58|médecine du sport
medecin-interniste|Médecin interniste|10|SM27|médecine interne, interniste
medecin-urgentiste|Médecin urgentiste|10|SM59|urgentiste, médecine d'urgence, urgences
nephrologue|Néphrologue|10|SM30|néphrologie, rein
neurologue|Neurologue|10|SM32|neurologie, neuro
neurochirurgien|Neurochirurgien|10|SM31|neurochirurgie
oncologue|Oncologue|10|SM34 SM35 SM46|oncologie, cancérologue, cancer
orl|ORL|10|SM36 SM37 SM84|oto-rhino-laryngologie, oto-rhino-laryngologiste, oto-rhino, otorhino, gorge oreille nez
ophtalmologue|Ophtalmologue|10|SM38|ophtalmo, ophtalmologie, ophtalmologiste, oculiste, yeux
pediatre|Pédiatre|10|SM40|pédiatrie, médecin pour enfants, enfants
pneumologue|Pneumologue|10|SM41|pneumologie, pneumo, poumons
psychiatre|Psychiatre|10|SM33 SM42 SM43 SM92 SM93|psychiatrie, psy, pédopsychiatre, neuropsychiatrie
radiologue|Radiologue|10|SM28 SM44 SM45 SM85|radiologie, imagerie médicale, radio, échographie, médecine nucléaire
reeducateur|Médecin rééducateur|10|SM29|médecine physique et de réadaptation, rééducation
rhumatologue|Rhumatologue|10|SM48|rhumatologie, rhumato
stomatologue|Stomatologue|10|SM06 SM12 SM50 SM61|stomatologie, chirurgie orale, chirurgie maxillo-faciale
angiologue|Angiologue|10|SM08 SM86|médecin vasculaire, médecine vasculaire, angiologie, phlébologue
urologue|Urologue|10|SM17 SM62|urologie, chirurgie urologique
pharmacien|Pharmacien|21||pharmacie, pharmacienne, officine
chirurgien-dentiste|Chirurgien-dentiste|40||dentiste, dentaire, dents, odontologiste
orthodontiste|Orthodontiste|40|SCD01|orthodontie, orthopédie dento-faciale
sage-femme|Sage-femme|50||sagefemme, maïeuticien, sage femme
infirmier|Infirmier|60||infirmière, ide, idel, soins infirmiers
kinesitherapeute|Masseur-kinésithérapeute|70||kiné, kinésithérapeute, masseur kinésithérapeute, kinésithérapie
podologue|Pédicure-podologue|80||podologue, pédicure, pieds
orthophoniste|Orthophoniste|91||orthophonie
orthoptiste|Orthoptiste|92||orthoptie
psychologue|Psychologue|93||psychologie, psychothérapeute"""


def specialties():
    """Yield (slug, label, profession, codes, synonyms)."""
    for row in SPECIALTIES.split("\n"):
        slug, label, profession, codes, synonyms = row.split("|")
        yield slug, label, profession, codes.split(), synonyms.split(", ")


def add_specialties(apps, schema_editor):
    from sasportal.spelling import plain

    Specialty = apps.get_model("directory", "Specialty")
    Specialty.objects.bulk_create(
        Specialty(
            slug=slug, label=label, search_name=plain(label), profession=profession, codes=codes,
            synonyms=[plain(synonym) for synonym in synonyms],
        )
        for slug, label, profession, codes, synonyms in specialties()
    )


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_departments")]
    operations = [migrations.RunPython(add_specialties, migrations.RunPython.noop)]
