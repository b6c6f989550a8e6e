"""Who and where: national data loaded from RPPS and FINESS, and what practitioners and structures declared."""

from directory.models.declared import Invitation, InvitationState, Participation, ParticipationVia
from directory.models.delegated import DelegationRequest, DelegationState
from directory.models.effector import Absence, EffectorSettings, PlaceSettings
from directory.models.imported import ImportEffect, ImportState, LineOutcome, MemberImport, MemberImportLine
from directory.models.land import Commune, Department, Specialty, SpecialtyRadius
from directory.models.national import (
    Activity,
    Address,
    Geocode,
    ImportRun,
    LocationPrecision,
    Practitioner,
    SosPlace,
    Structure,
    StructureCategory,
)
from directory.models.registration import RegistrationEvent, RegistrationRequest, RegistrationState
from directory.models.structure import CptsCommune, StructureProfile

__all__ = [
    "Absence",
    "Activity",
    "Address",
    "Commune",
    "CptsCommune",
    "DelegationRequest",
    "DelegationState",
    "Department",
    "EffectorSettings",
    "Geocode",
    "ImportEffect",
    "ImportRun",
    "ImportState",
    "Invitation",
    "InvitationState",
    "LineOutcome",
    "LocationPrecision",
    "MemberImport",
    "MemberImportLine",
    "Participation",
    "ParticipationVia",
    "PlaceSettings",
    "Practitioner",
    "RegistrationEvent",
    "RegistrationRequest",
    "RegistrationState",
    "SosPlace",
    "Specialty",
    "SpecialtyRadius",
    "Structure",
    "StructureCategory",
    "StructureProfile",
]
