from django.urls import path

from directory.registration import review_views, views, writing_views

app_name = "registration"

urlpatterns = [
    path("", views.registration_list, name="list"),
    path("nouvelle/", writing_views.registration_create, name="create"),
    path("<uuid:request_id>/", views.registration_detail, name="detail"),
    path("<uuid:request_id>/recapitulatif/", writing_views.registration_recap, name="recap"),
    path("<uuid:request_id>/abandonner/", writing_views.registration_abandon, name="abandon"),
    path("<uuid:request_id>/examiner/", review_views.registration_take, name="take"),
    path("<uuid:request_id>/demander/", review_views.registration_ask, name="ask"),
    path("<uuid:request_id>/valider/", review_views.registration_approve, name="approve"),
    path("<uuid:request_id>/rejeter/", review_views.registration_reject, name="reject"),
    path("<uuid:request_id>/etape/<slug:slug>/", writing_views.registration_step, name="step"),
]
