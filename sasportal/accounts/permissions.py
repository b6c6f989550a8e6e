"""REST permissions: nothing is open unless a view says for whom."""

from typing import Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from sasportal.accounts.models import Role
from sasportal.accounts.roles import has_role


class NobodyByDefault(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return False


class IsRegulator(BasePermission):
    def has_permission(self, request: Request, view: Any) -> bool:
        return has_role(request.user, Role.REGULATOR)
