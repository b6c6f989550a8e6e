"""Register an editor, or change it: every rule in one place, for the command and the admin screens."""

import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError

from agenda.booking_urls import BookingHosts, is_loopback
from agenda.client import EditorRefused, peer_of
from agenda.models import Editor


def check_base_url(base_url: str) -> None:
    """Refuse anything but https, or plain http on this machine; no query, no credentials."""
    try:
        parts = urlsplit(base_url)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise ValidationError("L'adresse FHIR est malformée.") from error
    if parts.scheme not in {"http", "https"} or not host:
        raise ValidationError("L'adresse FHIR doit commencer par https:// et nommer un hôte.")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValidationError("L'adresse FHIR doit être en https (http n'est accepté que sur la machine locale).")
    if parts.query or parts.fragment or "@" in parts.netloc or re.search(r"[\s\\]", base_url):
        raise ValidationError("L'adresse FHIR ne peut contenir ni identifiant, ni paramètre, ni espace.")


def check_booking_hosts(hosts: Sequence[str], *, base_url: str) -> None:
    """Refuse what is no exact host name; a loopback host (with its port) only beside a loopback editor."""
    local = is_loopback(urlsplit(base_url).hostname)
    for host in hosts:
        name, _, port = host.partition(":")
        if is_loopback(name) and local and (not port or port.isdigit()):
            continue
        if not BookingHosts.of([host]).safe(f"https://{host}/"):
            raise ValidationError(f"« {host} » n'est pas un nom d'hôte exact (par exemple : rdv.editeur.fr).")


def check_files(editor: Editor) -> None:
    """Refuse certificates that cannot be read now rather than at the first search."""
    for file in (editor.ca_file, editor.cert_file, editor.key_file):
        if file and not Path(file).is_file():
            raise ValidationError(f"Le fichier {file} est introuvable.")
    if bool(editor.key_file) and not editor.cert_file:
        raise ValidationError("Une clé sans certificat ne sert à rien : indiquez aussi le certificat.")
    try:
        peer_of(editor)
    except EditorRefused as error:
        raise ValidationError(f"Le certificat ou la clé est inutilisable ({error.why}).") from error


def check(editor: Editor) -> None:
    """Raise ValidationError, in French, for the first thing wrong with an editor."""
    check_base_url(editor.base_url)
    check_booking_hosts(editor.booking_hosts, base_url=editor.base_url)
    if not editor.flows:
        raise ValidationError("Indiquez au moins un flux (R01, R04 ou SOS).")
    check_files(editor)
