"""Patients' appointments: the wizard, then what was booked."""

from django.urls import path

from booking.patients import relatives_views, views, wizard_views

app_name = "patient"
urlpatterns = [
    path("nouveau", wizard_views.start, name="start"),
    path("nouveau/<uuid:draft_id>/", wizard_views.slot, name="slot"),
    path("nouveau/<uuid:draft_id>/pour-qui", wizard_views.who, name="who"),
    path("nouveau/<uuid:draft_id>/pour-qui/<str:who>", wizard_views.identity, name="identity"),
    path("nouveau/<uuid:draft_id>/motif", wizard_views.reason, name="reason"),
    path("nouveau/<uuid:draft_id>/verifier", wizard_views.check, name="check"),
    path("nouveau/<uuid:draft_id>/renoncer", wizard_views.give_up, name="give_up"),
    path("", views.appointment_list, name="list"),
    path("<uuid:booking_id>/", views.detail, name="detail"),
    path("<uuid:booking_id>/rendez-vous.ics", views.calendar, name="calendar"),
    path("<uuid:booking_id>/annuler", views.cancel, name="cancel"),
    path("<uuid:booking_id>/reprendre", views.undo, name="undo"),
    path("<uuid:booking_id>/deplacer", views.move, name="move"),
    path("proches/", relatives_views.relatives, name="relatives"),
    path("proches/enfant", relatives_views.child_add, name="child_add"),
    path("proches/aider", relatives_views.help_ask, name="help_ask"),
    path("proches/aide/<str:token>", relatives_views.help_answer, name="help"),
    path("proches/<uuid:person_id>/terminer", relatives_views.relative_end, name="relative_end"),
]
