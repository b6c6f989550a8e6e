from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.utils import timezone

from sasportal.accounts import grants
from sasportal.accounts.models import RegulatorKind, Role, Territory
from sasportal.audit.trail import SYSTEM


class Command(BaseCommand):
    help = "Donne un rôle à un professionnel ; crée son compte s'il n'existe pas encore. Sans effet s'il l'a déjà."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("account", metavar="IDENTIFIANT_NATIONAL_OU_EMAIL")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--kind", choices=RegulatorKind.values, default="", help="type de régulateur")
        parser.add_argument(
            "--territory", default="", help="nom du territoire, créé avec --departments s'il est inconnu"
        )
        parser.add_argument("--departments", default="", help="départements du territoire : 47,33")
        parser.add_argument("--finess", default="", help="structure (gestionnaire de structure)")
        parser.add_argument("--for", dest="national_id", default="", help="professionnel représenté (délégataire)")
        parser.add_argument(
            "--opened", type=datetime.fromisoformat, help="ouverture d'un compte repris d'un autre outil : 2026-03-12"
        )
        parser.add_argument("--contact-email", default="", help="adresse d'un porteur de carte (éditeurs)")
        parser.add_argument("--given-name", default="")
        parser.add_argument("--family-name", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            user = grants.professional(
                actor=SYSTEM,
                identifier=options["account"],
                given_name=options["given_name"],
                family_name=options["family_name"],
                opened_at=timezone.make_aware(options["opened"]) if options["opened"] else None,
            )
            given = grants.grant(
                actor=SYSTEM,
                user=user,
                role=Role(options["role"]),
                regulator_kind=options["kind"],
                territory=self._territory(options["territory"], options["departments"]),
                finess=options["finess"],
                national_id=options["national_id"],
            )
            if options["contact_email"]:
                validate_email(options["contact_email"])
                grants.set_contact(actor=SYSTEM, user=user, contact_email=options["contact_email"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except grants.NotAProfessional as error:
            raise CommandError("Ce compte est celui d'un patient : il ne peut recevoir aucun rôle.") from error
        except grants.ScopeMissing as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{given.user} : {given.get_role_display()}.")

    def _territory(self, name: str, departments: str) -> Territory | None:
        if not name:
            return None
        codes = [code.strip().upper() for code in departments.split(",") if code.strip()]
        territory = Territory.objects.filter(name=name).first()
        if territory is None and not codes:
            raise CommandError(f"Le territoire {name} est inconnu : donnez ses départements (--departments 47,33).")
        if territory is None:
            return Territory.objects.create(name=name, departments=codes)
        if codes and sorted(codes) != sorted(territory.departments):
            territory.departments = codes
            territory.save(update_fields=["departments"])
        return territory
