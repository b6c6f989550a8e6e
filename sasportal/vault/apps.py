from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "sasportal.vault"
    label = "vault"
    verbose_name = "Coffre"
    default_auto_field = "django.db.models.BigAutoField"
