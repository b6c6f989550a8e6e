"""Addresses under `/fhir/`."""

from django.urls import path

from booking import fhir_views

app_name = "fhir"
urlpatterns = [
    path("metadata", fhir_views.metadata, name="metadata"),
    path("Appointment", fhir_views.appointments, name="appointments"),
    path("Appointment/<uuid:appointment_id>", fhir_views.appointment, name="appointment"),
    path("<path:rest>", fhir_views.unknown, name="unknown"),
]
