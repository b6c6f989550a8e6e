"""What each editor is known to hold of each regulator: changed by its answers, never by what we wish."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

LONGEST_MESSAGE = 300


class EditorAccount(models.Model):
    """One regulator at one editor. The states are those of `states.AccountState`, as JSON."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="editor_accounts", verbose_name="régulateur"
    )
    editor = models.ForeignKey(
        "agenda.Editor", on_delete=models.CASCADE, related_name="accounts", verbose_name="éditeur"
    )
    # The last state a success answer vouched for
    known = models.JSONField("état connu", null=True, encoder=DjangoJSONEncoder)
    known_at = models.DateTimeField("connu depuis le", null=True)
    # States sent whose answer was lost: the editor may hold any of them. Written before sending
    uncertain = models.JSONField("états sans réponse", default=list, encoder=DjangoJSONEncoder)
    # The wanted state the editor said no to, until the wish or the answer changes
    refused = models.JSONField("état refusé", null=True, encoder=DjangoJSONEncoder)
    message = models.CharField("dernière réponse", max_length=LONGEST_MESSAGE, blank=True)
    failures = models.PositiveSmallIntegerField("échecs de suite", default=0)
    # Sending was asked for (the regulator signed in, or an administrator said so) and is not answered yet
    asked_at = models.DateTimeField("demandé le", null=True)
    # Part of the keys of deliveries: what was answered once can be sent once more
    round = models.PositiveIntegerField("tour", default=0)
    # Who sends holds the row until then: one sender at a time, none for long
    held_until = models.DateTimeField("tenu jusqu'à", null=True)

    class Meta:
        verbose_name = "compte chez un éditeur"
        verbose_name_plural = "comptes chez les éditeurs"
        constraints = [models.UniqueConstraint(fields=["user", "editor"], name="one_account_per_regulator_and_editor")]
        indexes = [
            models.Index(fields=["editor"], condition=Q(asked_at__isnull=False), name="editor_accounts_asked"),
            models.Index(fields=["editor"], condition=Q(refused__isnull=False), name="editor_accounts_refused"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.editor}"
