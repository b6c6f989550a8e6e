"""Addresses of orientations and of supervision."""

from django.urls import include, path

from booking import agreed_views, effector_views, views
from booking.patients import practice_views

app_name = "booking"
urlpatterns = [
    path("supervision/", include("booking.supervision.urls")),
    path("patient/rendez-vous/", include("booking.patients.urls")),
    path("effecteur/<path:national_id>/rendez-vous/", practice_views.bookings, name="effector_bookings"),
    path("effecteur/<path:national_id>/rendez-vous/regle", practice_views.rule, name="effector_booking_rule"),
    path(
        "effecteur/<path:national_id>/rendez-vous/<uuid:booking_id>/venue",
        practice_views.attendance,
        name="effector_booking_attendance",
    ),
    path(
        "effecteur/<path:national_id>/rendez-vous/<uuid:booking_id>/annuler",
        practice_views.refuse,
        name="effector_booking_refuse",
    ),
    path("effecteur/<path:national_id>/patients/", effector_views.patients, name="effector_patients"),
    path(
        "effecteur/<path:national_id>/patients/<uuid:orientation_id>/venue",
        effector_views.attendance,
        name="effector_attendance",
    ),
    path(
        "effecteur/<path:national_id>/patients/<uuid:orientation_id>/refuser",
        effector_views.refuse,
        name="effector_refuse",
    ),
    path("effecteur/<path:national_id>/", effector_views.home, name="effector_home"),
    path("sas/orientations/", views.orientation_list, name="list"),
    path("sas/orientations/choisir", views.choose, name="choose"),
    path("sas/orientations/creneau", agreed_views.own, name="own"),
    path("sas/orientations/en-sus", agreed_views.on_top, name="on_top"),
    path("sas/orientations/panneau", views.panel, name="panel"),
    path("sas/orientations/lignes", views.lines, name="lines"),
    path("sas/orientations/export.csv", views.export, name="export"),
    path("sas/orientations/<uuid:orientation_id>/", views.detail, name="detail"),
    path("sas/orientations/<uuid:orientation_id>/annuler", views.cancel, name="cancel"),
    path("sas/orientations/<uuid:orientation_id>/confirmer", views.confirm, name="confirm"),
    path("sas/orientations/<uuid:orientation_id>/retirer", views.undo, name="undo"),
]
