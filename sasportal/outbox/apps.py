from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "sasportal.outbox"
    label = "outbox"
    verbose_name = "Envois"
    default_auto_field = "django.db.models.BigAutoField"
