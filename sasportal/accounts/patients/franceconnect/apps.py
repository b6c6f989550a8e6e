from django.apps import AppConfig


class FranceConnectConfig(AppConfig):
    name = "sasportal.accounts.patients.franceconnect"
    label = "franceconnect"
    verbose_name = "FranceConnect"
