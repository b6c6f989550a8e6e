from django.urls import path

from agenda.own import feed_views, views

app_name = "own"

urlpatterns = [
    path("effecteur/<path:national_id>/agenda/", views.week, name="week"),
    path("effecteur/<path:national_id>/agenda/nouveau/", views.add, name="add"),
    path("effecteur/<path:national_id>/agenda/<int:occurrence_id>/", views.change, name="change"),
    path("effecteur/<path:national_id>/agenda/<int:occurrence_id>/supprimer/", views.withdraw, name="withdraw"),
    path("effecteur/<path:national_id>/agenda/adresse/", feed_views.address, name="address"),
    path("effecteur/<path:national_id>/agenda/adresse/supprimer/", feed_views.revoke, name="revoke"),
    path("calendrier/<str:token>.ics", feed_views.calendar, name="calendar"),
]
