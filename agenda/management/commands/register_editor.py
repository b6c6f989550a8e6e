"""Create an editor, or update the one of that name."""

import hashlib
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from agenda import registration
from agenda.models import Editor, EditorState, Flow
from sasportal.audit import trail


class Command(BaseCommand):
    help = "Enregistre un éditeur (ou met à jour celui de ce nom). http n'est accepté que sur la machine locale."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", metavar="NOM", help="nom de l'éditeur, montré aux régulateurs")
        parser.add_argument(
            "--base-url", required=True, metavar="URL", help="adresse FHIR, par ex. https://fhir.editeur.fr/sas"
        )
        parser.add_argument(
            "--booking-host",
            action="append",
            nargs="+",
            metavar="HÔTE",
            help="hôte exact des pages de réservation (répétable ; gardés tels quels s'ils ne sont pas redits)",
        )
        parser.add_argument(
            "--flow",
            action="append",
            choices=[flow.value for flow in Flow],
            help="flux proposé (répétable ; R01 par défaut)",
        )
        parser.add_argument(
            "--writes-appointments",
            action=BooleanOptionalAction,
            help="prend les rendez-vous des patients (POST Appointment) ; non par défaut",
        )
        parser.add_argument("--state", choices=[state.value for state in EditorState])
        for name, text in (("--ca", "autorité de confiance"), ("--cert", "notre certificat"), ("--key", "notre clé")):
            parser.add_argument(name, metavar="FICHIER", help=f"{text} (fichier PEM)")
        parser.add_argument("--expected-cn", help="CN attendu du certificat de l'éditeur")
        parser.add_argument("--expected-ou", help="OU attendue du certificat de l'éditeur")

        parser.add_argument(
            "--inbound-secret-file", metavar="FICHIER", help="secret de test de ses envois INT_R03 (hors production)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        editor = Editor.objects.filter(name=options["name"]).first() or Editor(name=options["name"])
        created, state_before = editor.pk is None, editor.state
        _fill(editor, options)
        try:
            editor.clean_fields(exclude=["base_url", "inbound_secret_sha256"])
            registration.check(editor)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages), returncode=2) from error
        with transaction.atomic():
            editor.save()
            if created or editor.state != state_before:
                trail.record(actor=trail.SYSTEM, action=f"editor.{editor.state}", target=f"editor:{editor.pk}")
        done = "enregistré" if created else "mis à jour"
        self.stdout.write(f"Éditeur {editor.name} {done} : {', '.join(editor.flows)}, {editor.get_state_display()}.")


def _fill(editor: Editor, options: dict[str, Any]) -> None:
    """What the command names replaces; what it does not name stays."""
    editor.base_url = options["base_url"]
    if options["booking_host"]:
        editor.booking_hosts = [host for hosts in options["booking_host"] for host in hosts]
    editor.flows = options["flow"] or editor.flows or [Flow.R01]
    editor.state = options["state"] or editor.state
    if options["writes_appointments"] is not None:
        editor.writes_appointments = options["writes_appointments"]
    for field, option in (("ca_file", "ca"), ("cert_file", "cert"), ("key_file", "key")):
        if options[option]:
            setattr(editor, field, str(Path(options[option]).resolve()))
    if options["inbound_secret_file"]:
        secret = Path(options["inbound_secret_file"]).read_bytes().strip()
        editor.inbound_secret_sha256 = hashlib.sha256(secret).hexdigest()
    editor.expected_cn = options["expected_cn"] or editor.expected_cn
    editor.expected_ou = options["expected_ou"] or editor.expected_ou
