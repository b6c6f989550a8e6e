from django.contrib.admin.apps import AdminConfig


class PortalAdminConfig(AdminConfig):
    """The library's administration, behind our own door (named in INSTALLED_APPS)."""

    default_site = "sasportal.accounts.admin_site.PortalAdminSite"
