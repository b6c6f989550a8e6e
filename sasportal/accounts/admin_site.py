"""The door of the administration: the administrator's role, strongly signed in; flags open nothing."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models.base import ModelBase
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator

from sasportal.accounts import psc_logout, signed_in
from sasportal.accounts.models import Role
from sasportal.accounts.psc_views import safe_next
from sasportal.accounts.roles import has_role

# Tables of the account library: addresses, second factors, devices of everybody, patients among them
CLOSED_TABLES = {"account", "mfa", "socialaccount", "usersessions"}


class PortalAdminSite(AdminSite):
    site_title = "Portail SAS"
    site_header = "Administration du portail SAS"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        return has_role(request.user, Role.ADMIN) and signed_in.strongly(request)

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Show what the portal decided to show, not what a library brings."""
        models: Any = [model_or_iterable] if isinstance(model_or_iterable, ModelBase) else model_or_iterable
        shown = [model for model in models if model._meta.app_label not in CLOSED_TABLES]
        super().register(shown, admin_class, **options)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Send to the portal's sign-in page: the library's own form knows no second factor."""
        if self.has_permission(request):
            return redirect(safe_next(request) or "admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(safe_next(request) or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return psc_logout.sign_out(request)

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")


class RoleBackend(BaseBackend):
    """Model permissions of the administration follow the role, not groups nor `is_superuser`."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return has_role(user_obj, Role.ADMIN)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        return has_role(user_obj, Role.ADMIN)
