from django.urls import path

from directory.communities import import_views, invitation_views, member_views, profile_views, territory_views, views

app_name = "communities"

ONE = "structures/<str:code>/"
IMPORT = ONE + "import/<uuid:import_id>/"

urlpatterns = [
    path("structures/", views.structure_list, name="list"),
    path(ONE, views.overview, name="overview"),
    path(ONE + "confirmer/", views.confirm, name="confirm"),
    path(ONE + "fiche/", profile_views.profile, name="profile"),
    path(ONE + "territoire/", territory_views.territory, name="territory"),
    path(ONE + "territoire/retirer/", territory_views.remove, name="territory_remove"),
    path(ONE + "territoire/liste/", territory_views.replace, name="territory_replace"),
    path(ONE + "membres/", member_views.members, name="members"),
    path(ONE + "membres/export.csv", member_views.export, name="export"),
    path(ONE + "membres/<path:national_id>/fin/", member_views.end, name="end"),
    path(ONE + "invitations/", invitation_views.invitations, name="invitations"),
    path(ONE + "invitations/inviter/", invitation_views.invite, name="invite"),
    path(ONE + "invitations/<uuid:invitation_id>/retirer/", invitation_views.withdraw, name="withdraw"),
    path(ONE + "import/", import_views.upload, name="imports"),
    path(IMPORT, import_views.one, name="import"),
    path(IMPORT + "etat/", import_views.state, name="import_state"),
    path(IMPORT + "lignes.csv", import_views.lines, name="import_lines"),
    path(IMPORT + "confirmer/", import_views.confirm, name="import_confirm"),
    path(IMPORT + "abandonner/", import_views.abandon, name="import_abandon"),
]
