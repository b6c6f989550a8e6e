from django.apps import AppConfig


class SandboxConfig(AppConfig):
    name = "sasportal.sandbox"
    label = "sandbox"
    verbose_name = "Bac à sable"
    default_auto_field = "django.db.models.BigAutoField"
