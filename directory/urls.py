from django.urls import include, path

from directory import views

app_name = "directory"

urlpatterns = [
    path("sas/suggestions/quoi", views.suggest_needs, name="suggest_needs"),
    path("sas/suggestions/ou", views.suggest_places, name="suggest_places"),
    path("inscriptions/", include("directory.registration.urls")),
]
