from django.apps import AppConfig


class BookingConfig(AppConfig):
    name = "booking"
    label = "booking"
    verbose_name = "Orientations et rendez-vous"
    default_auto_field = "django.db.models.BigAutoField"
