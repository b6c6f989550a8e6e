"""The answers of a request, read together: what is missing, what would be sent, what the recap shows."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.forms import BoundField, ChoiceField

from directory.models import RegistrationRequest
from directory.registration.steps import (
    STEPS,
    CertificationForm,
    CivilStatusForm,
    ContactForm,
    SituationForm,
    Step,
    StepForm,
    label_of,
)
from directory.registration.submission import Filing
from sasportal.accounts.models import User
from sasportal.wording import dated

# Neither an answer about the person
NOT_SHOWN = {"structure_text", "certified"}


@dataclass(frozen=True, kw_only=True)
class Answers:
    """Every step of one request as its author wrote it, bound; and who certified the person's identity, when."""

    civil: CivilStatusForm
    contact: ContactForm
    situation: SituationForm
    certification: CertificationForm
    certified_by: User | None
    certified_at: datetime | None

    @property
    def steps(self) -> list[tuple[Step, StepForm]]:
        return list(zip(STEPS, (self.civil, self.contact, self.situation, self.certification), strict=True))

    @property
    def incomplete(self) -> list[Step]:
        return [step for step, form in self.steps if not form.is_valid()]

    def filing(self) -> Filing:
        """Return what would be sent; only once nothing is `incomplete`."""
        assert not self.incomplete
        assert self.certified_by is not None
        assert self.certified_at is not None
        place = self.situation.cleaned_data
        return Filing(
            **self.civil.cleaned_data,
            **self.contact.cleaned_data,
            structure=place["structure"],
            structure_label=label_of(self.situation.structures[place["structure"]]),
            kind=place["kind"],
            territory=self.situation.territories[place["territory"]],
            certified_by=self.certified_by,
            certified_at=self.certified_at,
        )


def answers_of(request: RegistrationRequest, *, actor: User) -> Answers:
    """Read the answers for `actor`, whose territories limit the choices."""
    said = request.answers
    by, at = said.get("certified_by", ""), said.get("certified_at", "")
    return Answers(
        civil=CivilStatusForm(said, actor=actor),
        contact=ContactForm(said, actor=actor),
        situation=SituationForm(said, actor=actor),
        certification=CertificationForm(said, actor=actor),
        certified_by=User.objects.filter(technical_id=UUID(by)).first() if by else None,
        certified_at=datetime.fromisoformat(at) if at else None,
    )


def shown(form: StepForm) -> list[tuple[str, str]]:
    """Labels and answers of one step for the recap; what is missing or wrong stays empty."""
    return [(str(field.label), _said(form, field)) for field in form if field.name not in NOT_SHOWN]


def _said(form: StepForm, field: BoundField) -> str:
    if field.name not in form.cleaned_data:
        return ""
    value = form.cleaned_data[field.name]
    if isinstance(field.field, ChoiceField):
        return str(dict(field.field.choices)[value])  # type: ignore[arg-type]
    return dated(value) if field.name == "birth_date" else str(value)
