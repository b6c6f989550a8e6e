"""What an editor must respect, as data: one rule, one id, one level, and how to mend what breaks it.

An error keeps something from working on the platform; a warning makes it work less well.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class CheckedFlow(StrEnum):
    R01 = "R01"
    R04 = "R04"
    SOS = "SOS"
    R02 = "R02"

    @property
    def label(self) -> str:
        return FLOW_LABELS[self]


FLOW_LABELS = {
    CheckedFlow.R01: "INT_R01 – créneaux des praticiens",
    CheckedFlow.R04: "INT_R04 – créneaux partagés avec une CPTS",
    CheckedFlow.SOS: "SOS Médecins – créneaux des lieux de consultation",
    CheckedFlow.R02: "INT_R02 – comptes des régulateurs",
}


class Level(StrEnum):
    ERROR = "error"
    WARNING = "warning"

    @property
    def label(self) -> str:
        return "erreur" if self is Level.ERROR else "avertissement"


@dataclass(frozen=True, kw_only=True)
class Rule:
    """`title` says what must hold; `mend`, what to do when it does not."""

    id: str
    level: Level
    title: str
    mend: str
    flows: tuple[CheckedFlow, ...]


R01, R04, SOS, R02 = CheckedFlow
E, W = Level
Row = tuple[str, Level, str, str]


def _of(flows: Iterable[CheckedFlow], *rows: Row) -> list[Rule]:
    return [Rule(id=id, level=level, title=title, mend=mend, flows=tuple(flows)) for id, level, title, mend in rows]


_EVERYWHERE = _of(
    CheckedFlow,
    ("HTTP-REACHED", E, "L’adresse répond.", "Vérifiez l’adresse, le pare-feu et le certificat du serveur."),
    ("HTTP-ACCESS", E, "Le certificat de la plateforme est accepté.",
     "N’opposez ni refus TLS, ni 401, ni 403 au certificat (CN et OU) de la plateforme."),
    ("TIME-7S", E, "La réponse arrive en 7 secondes au plus.", "Passé ce délai, la plateforme n’attend plus."),
    ("TIME-1S", W, "La réponse pour une seule personne arrive en 1 seconde au plus.",
     "Indexez la recherche par identifiant et par date."),
    ("TLS-NO-CERT", E, "Sans certificat client, l’accès est refusé.",
     "Exigez un certificat client : refus TLS, 401 ou 403."),
    ("TLS-WRONG-CN", E, "Un certificat d’un autre CN est refusé.", "Comparez le CN à celui de la plateforme."),
    ("TLS-WRONG-OU", E, "Un certificat d’une autre OU est refusé.", "Comparez l’OU à celle de la plateforme."),
)  # fmt: skip

_ANSWERS = _of(
    (R01, R04, SOS),
    ("HTTP-STATUS", E, "Une recherche correcte reçoit 200.", "Réservez 4xx aux demandes fautives, 5xx aux pannes."),
    ("HTTP-MEDIA-TYPE", E, "La réponse est du FHIR en JSON.",
     "Envoyez Content-Type: application/fhir+json, jamais une page HTML."),
    ("HTTP-MEDIA-TYPE-FHIR", W, "Le type de contenu est application/fhir+json.",
     "application/json est toléré ; application/fhir+json est le type du guide."),
    ("HTTP-SIZE", E, "La réponse fait au plus 2 Mio (8 Mio décompressée).", "Découpez en pages (link next)."),
    ("JSON-STRICT", E, "La réponse est du JSON strict, en UTF-8.",
     "Ni NaN, ni texte coupé, ni UTF-16, ni substitut isolé, 64 niveaux au plus."),
    ("BUNDLE-SEARCHSET", E, "La réponse est un Bundle de type searchset.",
     "Même vide : Bundle avec total 0, jamais un OperationOutcome avec 200."),
    ("BUNDLE-TOTAL", E, "total est le nombre de créneaux trouvés.",
     "Comptez les Slot de toutes les pages, sans les ressources incluses."),
    ("BUNDLE-SELF", W, "link[self] redit la recherche.", "Ajoutez un lien self avec les paramètres compris."),
    ("BUNDLE-FULLURL", E, "Chaque entrée a un fullUrl.", "Ajoutez entry.fullUrl, unique dans le Bundle."),
    ("BUNDLE-NEXT", E, "La page suivante est sur le même serveur, 5 pages au plus, sans retour.",
     "link[next] garde schéma, hôte et port de la recherche."),
    ("BUNDLE-FOREIGN", E, "Le Bundle ne contient que les ressources du flux.",
     "Retirez les autres ressources, en particulier toute donnée de patient."),
    ("BUNDLE-UNIQUE", E, "Un identifiant désigne une seule ressource.",
     "Deux ressources différentes ne peuvent porter le même type et le même id."),
    ("RESOURCE-FORM", E, "Chaque ressource est conforme à FHIR R4.",
     "Corrigez l’élément nommé : type, cardinalité ou nom inconnu."),
    ("SEARCH-EMPTY", E, "Une recherche sans résultat reçoit un Bundle vide.",
     "Répondez 200, total 0, aucune entrée, pour qui n’a pas d’agenda chez vous."),
    ("SEARCH-INVALID", W, "Une recherche fautive reçoit 4xx avec un OperationOutcome.",
     "Refusez une date illisible par 400 et dites pourquoi."),
    ("SEARCH-SEVERAL", E, "Demandés ensemble, plusieurs ont les mêmes créneaux que seuls.",
     "Traitez la liste d’identifiants séparés par des virgules : 25 praticiens, 10 associations."),
    ("SEARCH-NARROW", E, "La période demandée est respectée.",
     "start=ge… et start=le… bornent le début des créneaux, bornes comprises."),
)  # fmt: skip

_SLOTS = _of(
    (R01, R04, SOS),
    ("SLOT-FREE", E, "Slot.status est free.", "N’envoyez que les créneaux encore libres."),
    ("SLOT-INSTANT", E, "Slot.start et Slot.end sont des instants avec décalage.",
     "Écrivez 2024-06-12T16:40:00.000+02:00."),
    ("SLOT-OFFSET", W, "Le décalage écrit est celui du lieu à cette date.",
     "Écrivez l’heure du lieu avec son décalage (+02:00 l’été en métropole), pas +00:00."),
    ("SLOT-DURATION", E, "La fin suit le début, de moins de 24 heures.", "Corrigez Slot.end."),
    ("SLOT-WINDOW", E, "Le créneau commence dans la période demandée.", "Filtrez sur start, bornes comprises."),
    ("SLOT-SCHEDULE", E, "Slot.schedule désigne un Schedule du Bundle.",
     "Incluez le Schedule et gardez une référence relative Schedule/id."),
    ("SLOT-TYPE", E, "Les types de créneau sont ceux du flux, dans le système TRE_R314.",
     "meta.security : PUBLIC, PRO, SNP, CPTS (SOS Médecins : PUBLIC, SNP)."),
    ("SLOT-TYPE-PRESENT", W, "Chaque créneau dit son type.", "Sans type, seul un régulateur voit le créneau."),
    ("SLOT-CONSULTATION", E, "Les types de consultation sont AMB, VR ou HH, dans le système v3-ActCode.",
     "serviceType.coding : AMB au cabinet, VR à distance, HH à domicile."),
    ("SLOT-CONSULTATION-PRESENT", W, "Chaque créneau dit son type de consultation.", "Ajoutez AMB, VR ou HH."),
    ("SLOT-APPOINTMENT-TYPE", E, "appointmentType est ROUTINE ou WALKIN, dans le système v2-0276.",
     "ROUTINE : sur rendez-vous ; WALKIN : sans rendez-vous."),
    ("SLOT-BOOKING-URL", E, "Un créneau ROUTINE porte l’adresse de réservation.", "Renseignez Slot.comment."),
    ("SLOT-BOOKING-URL-FORM", E, "L’adresse de réservation peut être ouverte sans danger.",
     "Un nom d’hôte, sans compte, sans port, sans espace ni barre oblique inverse, 2 048 caractères au plus."),
    ("SLOT-BOOKING-URL-HTTPS", W, "L’adresse de réservation est en https.",
     "Sans https, le créneau est montré sans lien."),
    ("SLOT-DUPLICATE", W, "Un créneau n’est envoyé qu’une fois.", "Fusionnez les créneaux de mêmes bornes."),
    ("REFERENCE-RELATIVE", W, "Les références sont relatives.", "Écrivez Type/id, sans adresse de serveur."),
    ("PLACE-ADDRESS", E, "L’adresse du lieu a une ligne et une ville.",
     "address.line (une seule) et address.city sont obligatoires."),
    ("PLACE-POSTAL-CODE", E, "Le code postal du lieu a cinq chiffres.", "Corrigez address.postalCode."),
    ("PHONE-FORM", E, "Un téléphone s’écrit +33 et neuf chiffres.",
     "Écrivez +33XXXXXXXXX (ou l’indicatif d’outre-mer), sans espace, sans numéro surtaxé."),
)  # fmt: skip

_PRACTITIONERS = _of(
    (R01, R04),
    ("SPECIALTY-FORM", W, "Une spécialité est un code dans son système, ou un texte.",
     "coding.system et coding.code (TRE_R38), ou text."),
    ("SCHEDULE-ACTORS", E, "Un Schedule a un Practitioner et un PractitionerRole.",
     "Un Schedule pour un exercice dans un lieu : deux acteurs, tous deux inclus dans le Bundle."),
    ("ROLE-PRACTITIONER", E, "Le PractitionerRole est celui du praticien du Schedule.",
     "PractitionerRole.practitioner et Schedule.actor désignent le même Practitioner."),
    ("ROLE-LOCATION", E, "Le PractitionerRole contient son unique lieu.",
     "contained : Location ; location : une référence #id."),
    ("ROLE-STRUCTURE", E, "L’identifiant de la structure d’exercice porte son préfixe.",
     "1 + FINESS, 3 + SIRET, 4 + rang RPPS ou 0 + rang ADELI."),
    ("ROLE-STRUCTURE-TYPE", W, "L’identifiant de la structure a son type et son système.",
     "type IDNST, system urn:oid:1.2.250.1.71.4.2.2."),
    ("ROLE-STRUCTURE-PRESENT", W, "La structure d’exercice est identifiée.", "Renseignez organization.identifier."),
    ("PRACTITIONER-ID", E, "Le praticien a un identifiant national (IDNPS).",
     "type IDNPS (fr-v2-0203), system urn:oid:1.2.250.1.71.4.2.1, une valeur."),
    ("PRACTITIONER-PREFIX", E, "L’identifiant du praticien porte son préfixe.", "8 + RPPS ou 0 + ADELI."),
    ("PRACTITIONER-ASKED", E, "Le praticien est parmi ceux demandés.",
     "Ne renvoyez jamais l’agenda de quelqu’un d’autre."),
    ("PRACTITIONER-NAME", W, "Le praticien a un nom et un prénom.", "Renseignez name.family et name.given."),
)  # fmt: skip

_COMMUNITIES = _of(
    (R04,),
    ("CPTS-SERVICE", E, "Un créneau CPTS nomme ses CPTS.",
     "Un serviceType 604 par CPTS avec l’extension Slot.serviceType (R5) et sa valueReference."),
    ("CPTS-TYPE", E, "Un créneau qui nomme une CPTS est de type CPTS.", "Ajoutez CPTS à meta.security."),
    ("CPTS-SYSTEM", W, "La catégorie 604 est dans le système TRE_R66 complet.",
     "Écrivez le système avec /FHIR/TRE-R66-CategorieEtablissement."),
    ("CPTS-REFERENCE", E, "La CPTS du créneau est un HealthcareService du Bundle.",
     "Incluez-le (_include=Slot:service-type-reference)."),
    ("CPTS-ORGANIZATION", E, "HealthcareService.providedBy est une Organization du Bundle.",
     "Incluez-la (_include:iterate=HealthcareService:organization)."),
    ("CPTS-FINESS", E, "La CPTS est identifiée par son FINESS.",
     "Un identifiant IDNST, urn:oid:1.2.250.1.71.4.2.2, 1 + neuf caractères."),
    ("CPTS-NAME", W, "La CPTS a un nom.", "Renseignez Organization.name."),
    ("CPTS-ONE-SERVICE", E, "Une CPTS a un seul HealthcareService.", "Réutilisez le même pour tous ses créneaux."),
)  # fmt: skip

_ASSOCIATIONS = _of(
    (SOS,),
    ("SOS-ACTOR", E, "Un Schedule a pour seul acteur un lieu de consultation.",
     "Schedule.actor : une référence Location/id, incluse dans le Bundle."),
    ("SOS-LOCATION-ID", E, "Le lieu a un identifiant interne.", "type INTRN, system et value de l’éditeur."),
    ("SOS-LOCATION-NAME", E, "Le lieu a un nom.", "Renseignez Location.name."),
    ("SOS-HOURS", W, "Les horaires du lieu sont lisibles.",
     "hoursOfOperation : daysOfWeek mon à sun, openingTime et closingTime hh:mm:ss."),
    ("SOS-ORGANIZATION", E, "Location.managingOrganization est l’association, dans le Bundle.",
     "Incluez l’Organization (_include:iterate=Location:organization)."),
    ("SOS-SIRET", E, "L’association est identifiée par son SIRET.",
     "Un identifiant IDNST, urn:oid:1.2.250.1.71.4.2.2, 3 + quatorze chiffres."),
    ("SOS-ASKED", E, "L’association est parmi celles demandées.", "Filtrez sur le SIRET demandé."),
    ("SOS-ONE-SCHEDULE", E, "Un lieu a un seul Schedule.", "Regroupez les créneaux d’un lieu."),
)  # fmt: skip

_ACCOUNTS = _of(
    (R02,),
    ("ACCOUNT-CREATE", E, "POST Practitioner crée un compte.", "Répondez 201 (ou 200)."),
    ("ACCOUNT-LOCATION", E, "Un succès donne l’adresse du compte.", "En-tête Location : [base]/Practitioner/id."),
    ("ACCOUNT-DUPLICATE", E, "Une seconde création ne fait pas un second compte.",
     "Rendez la même adresse, ou refusez par 409 ou 422."),
    ("ACCOUNT-MISSING", E, "Un compte incomplet est refusé.",
     "400 ou 422 sans identifier, active, name.family, name.given ou telecom."),
    ("ACCOUNT-INVALID", E, "Une valeur invalide est refusée.",
     "400 ou 422 pour un active qui n’est pas un booléen, un système inconnu, une adresse e-mail impossible."),
    ("ACCOUNT-OUTCOME", E, "Un refus s’explique par un OperationOutcome.", "Nommez l’élément fautif."),
    ("ACCOUNT-UPDATE", E, "PUT Practitioner?identifier= met à jour chaque élément.",
     "200 et la même adresse, autant de fois qu’on le renvoie."),
    ("ACCOUNT-DISABLE", E, "active: false désactive le compte.", "200 ; il n’y a pas de suppression."),
    ("ACCOUNT-ENABLE", E, "active: true réactive le compte.", "200 et la même adresse."),
    ("ACCOUNT-UPSERT", E, "PUT sur un identifiant inconnu crée le compte.", "201 (ou 200) avec son adresse."),
    ("ACCOUNT-REIDENTIFY", E, "Un identifiant technique peut devenir national.",
     "Le PUT est adressé à l’ancien identifiant et porte le nouveau : même compte, même adresse."),
)  # fmt: skip

RULES = {
    rule.id: rule
    for rules in (_EVERYWHERE, _ANSWERS, _SLOTS, _PRACTITIONERS, _COMMUNITIES, _ASSOCIATIONS, _ACCOUNTS)
    for rule in rules
}


def rules_of(flow: CheckedFlow) -> list[Rule]:
    return [rule for rule in RULES.values() if flow in rule.flows]
