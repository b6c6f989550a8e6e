from django.urls import path

from directory.delegations import views

app_name = "delegations"

urlpatterns = [
    path("effecteur/<path:national_id>/delegues/", views.of_practitioner, name="of_practitioner"),
    path("structures/<str:code>/delegues/", views.of_structure, name="of_structure"),
    path("delegations/", views.mine, name="mine"),
    path("delegations/<uuid:request_id>/accepter/", views.accept, name="accept"),
    path("delegations/<uuid:request_id>/refuser/", views.decline, name="decline"),
    path("delegations/<uuid:request_id>/fin/", views.end, name="end"),
]
