from django.urls import path

from directory.declarations import views

app_name = "declarations"

urlpatterns = [
    path("gestion/declarations/", views.declaration_list, name="list"),
    path("gestion/declarations/<path:national_id>/", views.declaration_history, name="history"),
]
