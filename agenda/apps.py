from django.apps import AppConfig


class AgendaConfig(AppConfig):
    name = "agenda"
    label = "agenda"
    verbose_name = "Agendas"
    default_auto_field = "django.db.models.BigAutoField"
