"""HTML of the fake editors. Everything put in is escaped (`format_html`)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from urllib.parse import urlencode

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sasportal.sandbox.editors.account_faults import AccountFault
from sasportal.sandbox.editors.bookings import Booking, Status
from sasportal.sandbox.editors.config import PRESENTATION, EditorConfig, Kind
from sasportal.sandbox.editors.faults import Fault, Switches
from sasportal.sandbox.editors.generation import Opening
from sasportal.sandbox.editors.patient_faults import PatientFault
from sasportal.sandbox.editors.people import Person, Place
from sasportal.sandbox.editors.sign_in import Professional

DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = ("janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre",
          "novembre", "décembre")  # fmt: skip
CONSULTATION = {"AMB": "au cabinet", "VR": "en téléconsultation", "HH": "à domicile"}

Html = SafeString
Switch = AccountFault | PatientFault


def when(moment: datetime) -> str:
    """« dimanche 22 novembre à 9 h 00 », on the clock of the place."""
    return f"{DAYS[moment.weekday()]} {moment.day} {MONTHS[moment.month - 1]} à {moment.hour} h {moment.minute:02}"


def page(
    config: EditorConfig, title: str, body: Html, *, professional: Professional | None = None, switches: Switches
) -> str:
    """Put the body into the editor's frame."""
    switched = bool(_switched(switches))
    return format_html(
        "<!doctype html>"
        '<html lang="fr"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        '<title>{title} – {name}</title><link rel="stylesheet" href="/style.css"></head>'
        '<body class="editeur-{slug}"><a class="evitement" href="#contenu">Aller au contenu</a>'
        '<header><p class="marque"><a href="/">{name}</a> <span class="fictif">éditeur fictif</span></p>'
        '<nav aria-label="Pages"><ul><li><a href="/">Agenda</a></li>'
        '<li><a href="/mes-rendez-vous">Mes rendez-vous SAS</a></li><li><a href="/comptes">Comptes SAS</a></li>'
        '{patients}<li><a href="/interrupteurs">Interrupteurs{state}</a></li></ul></nav>{who}</header>'
        '<main id="contenu" tabindex="-1"><h1>{title}</h1>{body}</main>'
        "<footer><p>Logiciel d’agenda fictif du bac à sable SAS. "
        "Les personnes, les lieux et les créneaux n’existent pas.</p></footer></body></html>",
        title=title,
        name=config.name,
        slug=config.slug,
        patients=format_html('<li><a href="/patients">{}</a></li>', "Patients") if config.takes_patients else "",
        state=f" ({_switched(switches)})" if switched else "",
        who=_who(professional),
        body=body,
    )


def _switched(switches: Switches) -> str:
    if switches.mistake:
        return switches.mistake.label
    if switches.fault is not Fault.NORMAL:
        return switches.fault.label
    if switches.accounts is not AccountFault.NORMAL:
        return f"comptes : {switches.accounts.label}"
    if switches.patients is not PatientFault.NORMAL:
        return f"patients : {switches.patients.label}"
    return "refuse des rendez-vous" if switches.refuses_bookings else ""


def _who(professional: Professional | None) -> Html:
    if not professional:
        return format_html('<p class="identite">{}</p>', "Personne n’est connecté.")
    return format_html(
        '<form class="identite" method="post" action="/deconnexion"><p>Connecté : <strong>{}</strong> ({})</p>'
        '<button class="lien" type="submit">Se déconnecter</button></form>',
        professional.name,
        professional.national_id,
    )


def home(config: EditorConfig, people: Sequence[tuple[Person, int]]) -> Html:
    who = ("Association", "Associations") if config.kind is Kind.SOS else ("Praticien", "Praticiens")
    rows = (
        (person.id, person.name, ", ".join(dict.fromkeys(place.city for place in person.places)), count)
        for person, count in people
    )
    lines = format_html_join(
        "",
        '<tr><th scope="row"><a href="/praticiens/{}">{}</a></th><td>{}</td><td class="nombre">{}</td></tr>',
        rows,
    )
    return format_html(
        '<p class="chapeau">{}</p><div class="tableau" tabindex="0" role="region" aria-label="{}"><table>'
        "<caption>{} qui ont leur agenda ici</caption><thead><tr>"
        '<th scope="col">{}</th><th scope="col">Lieux</th><th scope="col">Créneaux libres</th></tr></thead>'
        "<tbody>{}</tbody></table></div>",
        PRESENTATION[config.kind],
        who[1],
        who[1],
        who[0],
        lines,
    )


def person_agenda(person: Person, free: Iterable[Opening]) -> Html:
    lines = format_html_join(
        "",
        "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>"
        '<form method="post" action="/praticiens/{}/bloquer"><input type="hidden" name="creneau" value="{}">'
        '<button type="submit">Donner à un patient du cabinet</button></form></td></tr>',
        ((when(one.start), where(one.place), _manner(one), ", ".join(one.types), person.id, one.id) for one in free),
    )
    return format_html(
        "<p>Un créneau donné ici disparaît des recherches, comme si le cabinet l’avait réservé.</p>"
        '<div class="tableau" tabindex="0" role="region" aria-label="Créneaux libres"><table><thead><tr>'
        '<th scope="col">Quand</th><th scope="col">Lieu</th><th scope="col">Comment</th><th scope="col">Types</th>'
        '<th scope="col">Action</th></tr></thead><tbody>{}</tbody></table></div>',
        lines or format_html('<tr><td colspan="5">{}</td></tr>', "Aucun créneau libre."),
    )


def summary(one: Opening) -> Html:
    """The slot as the booking page shows it."""
    return format_html(
        '<dl class="recapitulatif"><dt>Avec</dt><dd>{}</dd><dt>Quand</dt><dd>{}</dd>'
        "<dt>Durée</dt><dd>{} min</dd><dt>Où</dt><dd>{}{}, {} {} ({})</dd><dt>Motifs</dt><dd>{}</dd></dl>",
        one.person.title,
        when(one.start),
        int((one.end - one.start).total_seconds() // 60),
        f"{one.place.name}, " if one.place.name else "",
        one.place.line,
        one.place.postal_code,
        one.place.city,
        _manner(one),
        ", ".join(one.reasons),
    )


def booking_form(one: Opening, professional: Professional) -> Html:
    return format_html(
        '<p class="chapeau">Vous venez du portail SAS. Vos droits de régulation s’appliquent.</p>{}'
        '<form method="post"><input type="hidden" name="origin" value="sas">'
        "<p>Le rendez-vous sera pris par {} ({}).</p>"
        '<button class="principal" type="submit">Confirmer le rendez-vous</button></form>',
        summary(one),
        professional.name,
        professional.national_id,
    )


def without_origin(one: Opening) -> Html:
    link = "?" + urlencode({"origin": "sas"})
    return format_html(
        '{}<p class="avis">Cette page a été ouverte sans passer par le portail SAS : les droits de régulation '
        'ne s’appliquent pas.</p><p><a href="{}">Ouvrir comme depuis le portail SAS</a></p>',
        summary(one),
        link,
    )


def sign_in_again(path: str) -> Html:
    """A link, not a redirect: browsers refuse to let a form end on another site."""
    return format_html(
        '<p class="avis avis--erreur" role="alert">{}</p><p><a href="{}?origin=sas">Se reconnecter</a></p>',
        "Votre connexion à ce logiciel a expiré. Rien n’a été réservé.",
        path,
    )


def taken() -> Html:
    return format_html(
        '<p class="avis avis--erreur" role="alert">{}</p>',
        "Ce créneau vient d’être pris. Fermez cet onglet et choisissez-en un autre sur le portail SAS.",
    )


def refused() -> Html:
    return format_html(
        '<p class="avis avis--erreur" role="alert">{}</p>',
        "Le logiciel refuse ce rendez-vous. Rien n’a été réservé. Appelez le cabinet.",
    )


def my_bookings(bookings: Sequence[Booking], choices: dict[str, list[Opening]], *, confirmed: str) -> Html:
    """The regulator's own appointments, with what can be done to each."""
    done = (
        format_html(
            '<p class="avis avis--succes" role="status">{}</p>',
            "Rendez-vous confirmé. Vous pouvez fermer cet onglet : le portail SAS l’affichera de lui-même.",
        )
        if confirmed
        else ""
    )
    if not bookings:
        return format_html("{}<p>Aucun rendez-vous pris depuis le SAS.</p>", done)
    cards = format_html_join("", "{}", ((_booking(one, choices.get(one.person_id, [])),) for one in bookings))
    return format_html("{}{}", done, cards)


def patients(bookings: Sequence[Booking], choices: dict[str, list[Opening]]) -> Html:
    """What patients asked on the platform, with what the practice can do to each."""
    if not bookings:
        return format_html("<p>{}</p>", "Aucun rendez-vous demandé par un patient.")
    return format_html_join("", "{}", ((_booking(one, choices.get(one.person_id, [])),) for one in bookings))


def _booking(one: Booking, choices: Sequence[Opening]) -> Html:
    return format_html(
        '<article class="rendez-vous"><h2>{}</h2><p>{}{} · <strong class="etat etat--{}">{}</strong> · {}</p>{}'
        "</article>",
        when(datetime.fromisoformat(one.start)),
        one.person_name,
        f" · {one.patient}" if one.patient else "",
        one.status,
        "à confirmer par l’association" if one.awaits else one.status.label,
        _told(one),
        _actions(one, choices) if one.status is Status.BOOKED else "",
    )


def _told(one: Booking) -> str:
    if one.refusal:
        return f"refusé par la plateforme ({one.refusal})"
    return "la plateforme n’est pas encore prévenue" if one.pending else "la plateforme est prévenue"


def _actions(one: Booking, choices: Sequence[Opening]) -> Html:
    options = format_html_join("", '<option value="{}">{}</option>', ((o.id, _choice(o)) for o in choices))
    buttons = format_html_join(
        "",
        '<button type="submit" name="action" value="{}">{}</button>',
        (
            *([("confirm", "Confirmer (association)")] if one.awaits else ()),
            ("cancelled", "Annuler"),
            ("fulfilled", "Patient venu"),
            ("noshow", "Patient absent"),
        ),  # fmt: skip
    )
    moving = format_html(
        '<label for="creneau-{}">Déplacer vers</label> <select id="creneau-{}" name="creneau">{}</select> '
        '<button type="submit" name="action" value="move">Déplacer</button>',
        one.id,
        one.id,
        options,
    )
    return format_html(
        '<form class="actions" method="post" action="/{}/{}">{}<p>{}</p></form>',
        "patients" if one.by_patient else "mes-rendez-vous",
        one.id,
        buttons,
        moving if choices else "",
    )


def switchboard(config: EditorConfig, switches: Switches) -> Html:
    bookings = [("accepte", "Accepte"), ("refuse", "Refuse des rendez-vous")]
    bookings += [("plus-tard", "Confirme plus tard")] if config.kind is Kind.SOS else []
    current = "refuse" if switches.refuses_bookings else "plus-tard" if switches.confirms_later else "accepte"
    choices = format_html_join(
        "",
        '<button type="submit" name="rendez-vous" value="{}" aria-pressed="{}">{}</button>',
        ((value, "true" if value == current else "false", label) for value, label in bookings),
    )
    faults = format_html_join(
        "",
        '<button type="submit" name="panne" value="{}" aria-pressed="{}">{}</button>',
        ((fault, "true" if fault is switches.fault else "false", fault.label) for fault in Fault),
    )
    return format_html(
        '<p class="chapeau" role="status">État : <strong id="etat">{}</strong> · rendez-vous : '
        '<strong id="rendez-vous">{}</strong> · {} appel(s) reçu(s)</p>'
        '<form class="interrupteurs" method="post"><h2>Réponses aux recherches</h2><p>{}</p>'
        "<h2>Prise de rendez-vous</h2><p>{}</p><h2>Comptes des régulateurs</h2><p>{}</p>{}</form>",
        switches.fault.label,
        {"refuse": "refusés", "plus-tard": "confirmés plus tard", "accepte": "acceptés"}[current],
        switches.calls,
        faults,
        choices,
        _choices("comptes", switches.accounts, AccountFault),
        format_html("<h2>Rendez-vous des patients</h2><p>{}</p>", _choices("patients", switches.patients, PatientFault))
        if config.takes_patients
        else "",
    )


def _choices(name: str, chosen: Switch, choices: Iterable[Switch]) -> Html:
    return format_html_join(
        "",
        '<button type="submit" name="{}" value="{}" aria-pressed="{}">{}</button>',
        ((name, one, "true" if one is chosen else "false", one.label) for one in choices),
    )


def notice(text: str) -> Html:
    return format_html('<p class="avis avis--erreur" role="alert">{}</p>', text)


def where(place: Place) -> str:
    return f"{place.name}, {place.city}" if place.name else place.city


def _choice(one: Opening) -> str:
    return f"{when(one.start)}, {one.place.name}" if one.place.name else when(one.start)


def _manner(one: Opening) -> str:
    return " ou ".join(CONSULTATION[code] for code in one.consultation)
