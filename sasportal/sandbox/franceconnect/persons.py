"""The fictitious persons, and the pivot each service knows them by."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Person:
    name: str
    given_name: str
    family_name: str
    birthdate: str
    email: str
    presentation: str

    def pivot(self, client_id: str) -> str:
        """Return the `sub`: another one for each service, always the same for one."""
        return hashlib.sha256(f"{client_id}|{self.name}".encode()).hexdigest() + "v1"


PERSONS = {
    person.name: person
    for person in (
        Person(
            name="lou", given_name="Lou", family_name="Fictive", birthdate="1988-02-29",
            email="lou.fictive@exemple.example", presentation="Née le 29 février 1988, deux enfants",
        ),
        Person(
            name="sami", given_name="Sami", family_name="Imaginaire", birthdate="1957-11-03",
            email="sami.imaginaire@exemple.example", presentation="Né le 3 novembre 1957",
        ),
        Person(
            name="noa", given_name="Noa", family_name="Inventée", birthdate="2004-07-14",
            email="", presentation="Née le 14 juillet 2004, sans adresse électronique",
        ),
    )
}  # fmt: skip
