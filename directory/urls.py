from django.urls import include, path

from directory import views
from directory.effectors import views as effector_views

app_name = "directory"

urlpatterns = [
    path("effecteur/", effector_views.mine, name="effectors"),
    path("", include("directory.delegations.urls")),
    path("", include("directory.communities.urls")),
    path("", include("directory.declarations.urls")),
    path("sas/suggestions/quoi", views.suggest_needs, name="suggest_needs"),
    path("sas/suggestions/ou", views.suggest_places, name="suggest_places"),
    path("inscriptions/", include("directory.registration.urls")),
]
