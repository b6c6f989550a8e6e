"""What `/fhir/metadata` says of us."""

from datetime import datetime

from fhir.resources.R4B.capabilitystatement import CapabilityStatement

PROFILES = (
    "http://sas.fr/fhir/StructureDefinition/FrAppointmentSAS",
    "https://interop.esante.gouv.fr/ig/fhir/sas/StructureDefinition/sas-sos-appointment",
)


def capability_statement(base: str, now: datetime) -> str:
    statement = CapabilityStatement.model_validate(
        {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": now.date().isoformat(),
            "kind": "instance",
            "software": {"name": "Portail SAS"},
            "implementation": {"description": "Rendez-vous renvoyés par les éditeurs (INT_R03)", "url": base},
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json"],
            "rest": [
                {
                    "mode": "server",
                    "resource": [
                        {
                            "type": "Appointment",
                            "supportedProfile": list(PROFILES),
                            "interaction": [{"code": "create"}, {"code": "update"}],
                            "versioning": "versioned-update",
                            "conditionalUpdate": True,
                            "searchParam": [{"name": "identifier", "type": "token"}],
                        }
                    ],
                }
            ],
        }
    )
    return statement.model_dump_json()
