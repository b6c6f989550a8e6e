"""What the REST API takes and gives, for validation and for OpenAPI."""

from typing import Any

from rest_framework import serializers

from agenda.slots import Consultation, SlotType


class NewSearchSerializer(serializers.Serializer):
    """A search to open: what and where as a person would type them, and the filters of the page."""

    what = serializers.CharField(max_length=100, help_text="Spécialité, nom, structure, RPPS, FINESS ou SIRET.")
    where = serializers.CharField(max_length=150, help_text="Commune, code postal, département ou adresse.")
    radius_km = serializers.IntegerField(min_value=1, max_value=200, required=False, allow_null=True, default=None)
    mode = serializers.ChoiceField(choices=["slots", "on_top"], default="slots")
    consultation = serializers.MultipleChoiceField(choices=[one.value for one in Consultation], default=set)
    slot_types = serializers.MultipleChoiceField(choices=[one.value for one in SlotType], default=set)
    within_hours = serializers.IntegerField(min_value=1, max_value=72, default=72)
    convention_sector = serializers.CharField(max_length=1, allow_blank=True, default="")
    cpts = serializers.RegexField(r"\A[0-9AB]{9}\Z", allow_blank=True, default="")
    own_doctor = serializers.CharField(max_length=50, allow_blank=True, default="")
    origin = serializers.CharField(max_length=60, allow_blank=True, default="")

    def as_said(self) -> dict[str, Any]:
        """The same words as the search page's form."""
        data = self.validated_data
        return {
            "quoi": data["what"],
            "ou": data["where"],
            "rayon": data["radius_km"],
            "mode": "en_sus" if data["mode"] == "on_top" else "creneaux",
            "consultation": sorted(data["consultation"]),
            "type": sorted(data["slot_types"]),
            "sous": data["within_hours"],
            "secteur": data["convention_sector"],
            "cpts": data["cpts"],
            "medecin": data["own_doctor"],
            "origin": data["origin"],
        }


class NearSerializer(serializers.Serializer):
    label = serializers.CharField()  # type: ignore[assignment]
    lat = serializers.FloatField()
    lon = serializers.FloatField()
    radius_km = serializers.IntegerField()


class EditorSerializer(serializers.Serializer):
    editor = serializers.CharField()
    outcome = serializers.CharField(help_text="Vide tant que l'éditeur n'a pas répondu.")
    duration_ms = serializers.IntegerField()
    slots = serializers.IntegerField()
    rejects = serializers.DictField(child=serializers.IntegerField())


class ParticipationSerializer(serializers.Serializer):
    via = serializers.ChoiceField(choices=["none", "individual", "cpts", "msp", "sos"])
    finess = serializers.CharField(allow_blank=True)


class SearchPlaceSerializer(serializers.Serializer):
    line = serializers.CharField(allow_blank=True)
    postal_code = serializers.CharField(allow_blank=True)
    city = serializers.CharField(allow_blank=True)


class SlotSerializer(serializers.Serializer):
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    types = serializers.ListField(child=serializers.CharField())
    consultation = serializers.ListField(child=serializers.CharField())
    reasons = serializers.ListField(child=serializers.CharField())
    cpts = serializers.ListField(child=serializers.CharField())
    bookable = serializers.BooleanField()
    booking_url = serializers.CharField(allow_blank=True)


class HiddenSerializer(serializers.Serializer):
    start = serializers.DateTimeField()
    reason = serializers.CharField()


class CardSerializer(serializers.Serializer):
    national_id = serializers.CharField()
    name = serializers.CharField()
    profession = serializers.CharField()
    distance_km = serializers.FloatField(allow_null=True)
    participation = ParticipationSerializer()
    place = SearchPlaceSerializer()
    phone = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=["waiting", "slots", "none", "unknown"])
    slots = SlotSerializer(many=True)
    hidden = HiddenSerializer(many=True)


class OpeningSerializer(serializers.Serializer):
    """`opens` and `closes` are HH:MM, midnight at the end of a day being 24:00."""

    day = serializers.ChoiceField(choices=["mon", "tue", "wed", "thu", "fri", "sat", "sun"])
    opens = serializers.CharField()
    closes = serializers.CharField()


class ConsultationPlaceSerializer(serializers.Serializer):
    name = serializers.CharField(allow_blank=True)
    distance_km = serializers.FloatField(allow_null=True, help_text="Vide pour un lieu que l'annuaire ne connaît pas.")
    place = SearchPlaceSerializer()
    phone = serializers.CharField(allow_blank=True)
    opening_hours = OpeningSerializer(many=True)
    slots = SlotSerializer(many=True)


class AssociationSerializer(serializers.Serializer):
    """Une association SOS Médecins, et ses lieux de consultation qui ont des créneaux."""

    siret = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=["waiting", "slots", "none", "unknown"])
    places = ConsultationPlaceSerializer(many=True)
    hidden = HiddenSerializer(many=True)


class StructureSerializer(serializers.Serializer):
    finess = serializers.CharField()
    name = serializers.CharField()
    phone = serializers.CharField(allow_blank=True)
    members = serializers.IntegerField()


class SearchSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    complete = serializers.BooleanField()
    what = serializers.CharField()
    near = NearSerializer()
    editors = EditorSerializer(many=True)
    cards = CardSerializer(many=True)
    associations = AssociationSerializer(many=True)
    structures = StructureSerializer(many=True)


class EventSerializer(serializers.Serializer):
    """`data:` of one server-sent event: what changed since the one before."""

    complete = serializers.BooleanField()
    editors = EditorSerializer(many=True)
    cards = CardSerializer(many=True)
    associations = AssociationSerializer(many=True)
