from django.urls import include, path

from directory import views

app_name = "directory"

urlpatterns = [
    path("", include("directory.delegations.urls")),
    path("", include("directory.communities.urls")),
    path("", include("directory.declarations.urls")),
    path("sas/suggestions/quoi", views.suggest_needs, name="suggest_needs"),
    path("sas/suggestions/ou", views.suggest_places, name="suggest_places"),
]
