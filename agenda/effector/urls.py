"""Addresses of an effector's pages."""

from django.urls import path

from agenda.effector import declaration_views, seen_views, settings_views

app_name = "effector"

urlpatterns = [
    path("effecteur/<path:national_id>/vu-par-le-15/", seen_views.seen, name="seen"),
    path("effecteur/<path:national_id>/vu-par-le-15/creneaux", seen_views.seen_lines, name="seen_lines"),
    path("effecteur/<path:national_id>/participation/", declaration_views.participation, name="participation"),
    path("effecteur/<path:national_id>/participation/changer/", declaration_views.ask, name="ask"),
    path("effecteur/<path:national_id>/participation/apercu/", declaration_views.preview, name="preview"),
    path("effecteur/<path:national_id>/participation/effet", declaration_views.effect, name="effect"),
    path("effecteur/<path:national_id>/participation/declarer", declaration_views.confirm, name="declare"),
    path("effecteur/<path:national_id>/participation/refuser", declaration_views.decline, name="decline"),
    path("effecteur/<path:national_id>/reglages/", settings_views.settings, name="settings"),
    path("effecteur/<path:national_id>/lieux/", settings_views.places, name="places"),
    path("effecteur/<path:national_id>/absences/", settings_views.absences, name="absences"),
    path(
        "effecteur/<path:national_id>/absences/<int:absence_id>/supprimer",
        settings_views.remove_absence,
        name="remove_absence",
    ),
]
