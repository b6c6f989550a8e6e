"""Addresses of supervision."""

from django.urls import path

from booking.supervision import views

app_name = "supervision"
urlpatterns = [
    path("", views.overview, name="board"),
    path("lignes", views.board_lines, name="lines"),
    path("export.csv", views.export, name="export"),
    path("editeurs/<int:editor_id>/", views.editor_detail, name="editor"),
    path("editeurs/<int:editor_id>/couper", views.switch_editor, {"turn": views.OFF}, name="off"),
    path("editeurs/<int:editor_id>/retablir", views.switch_editor, {"turn": views.ON}, name="on"),
    path("editeurs/<int:editor_id>/acces", views.staff_add, name="staff_add"),
    path("editeurs/<int:editor_id>/acces/<int:grant_id>/retirer", views.staff_remove, name="staff_remove"),
    path("anomalies/<int:anomaly_id>/clore", views.mended, name="mended"),
]
