"""Users, the ledger of their tokens, and the counters behind the throttles."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser, UserManager
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _

from batchwriter.appendonly import AppendOnlyModel
from batchwriter.fields import ExactCharField

DEFAULT_ARTICLE_LIMIT = 100


class CaselessUserManager(UserManager["User"]):
    """Names are stored in lower case, so that ``Alice`` and ``alice`` are one person."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The user of that name, whatever its case."""
        return super().get_by_natural_key(self.model.normalize_username(username or ""))


class Theme(models.TextChoices):
    """The colours of the pages."""

    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class User(AbstractUser):
    """A person with a balance of tokens and a number of articles that may still be written.

    ``tokens_remaining`` is always the sum of the user's ledger; ``tokens_held`` and
    ``articles_held`` are what articles in the making have set aside. Only ``accounts.ledger``
    writes these four.
    """

    username = ExactCharField(
        _("username"),
        max_length=150,
        unique=True,
        validators=[UnicodeUsernameValidator()],
        error_messages={"unique": _("A user with that username already exists.")},
    )
    tokens_remaining = models.BigIntegerField(_("tokens remaining"), default=0, editable=False)
    tokens_held = models.BigIntegerField(_("tokens held"), default=0, editable=False)
    article_limit = models.IntegerField(
        _("articles still allowed"), default=DEFAULT_ARTICLE_LIMIT, editable=False
    )
    articles_held = models.IntegerField(_("articles in the making"), default=0, editable=False)
    # How often all sessions and tokens were ended; ``accounts.logins``.
    logouts = models.PositiveIntegerField(default=0, db_default=0, editable=False)
    language = models.CharField(
        _("language"), max_length=7, blank=True, default="", choices=settings.LANGUAGES
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, default="", db_default=""
    )
    theme = models.CharField(
        _("theme"), max_length=5, blank=True, default="", db_default="", choices=Theme.choices
    )

    objects: ClassVar[CaselessUserManager] = CaselessUserManager()

    class Meta:
        db_table = "users"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=Q(tokens_remaining__gte=0), name="users_tokens_remaining"
            ),
            models.CheckConstraint(condition=Q(tokens_held__gte=0), name="users_tokens_held"),
            models.CheckConstraint(condition=Q(article_limit__gte=0), name="users_article_limit"),
            models.CheckConstraint(condition=Q(articles_held__gte=0), name="users_articles_held"),
        ]

    @classmethod
    def normalize_username(cls, username: Any) -> Any:
        """Compatibility form (NFKC) in lower case."""
        normalized = super().normalize_username(username)
        return normalized.lower() if isinstance(normalized, str) else normalized

    def _get_session_auth_hash(self, secret: Any = None) -> str:
        """What a session must hold to be worth something: it ends with the password, and by us."""
        held: str = super()._get_session_auth_hash(secret=secret)  # type: ignore[misc]
        return f"{held}{self.logouts or ''}"

    @property
    def tokens_free(self) -> int:
        """Tokens that are neither spent nor set aside; never below zero."""
        return max(self.tokens_remaining - self.tokens_held, 0)

    @property
    def articles_free(self) -> int:
        """Articles that may still be started; never below zero."""
        return max(self.article_limit - self.articles_held, 0)


class TokenEntry(AppendOnlyModel):
    """One line of a user's ledger; the lines of a user add up to the balance."""

    class Kind(models.TextChoices):
        """What moved the balance."""

        GRANT = "grant", _("Grant")
        CHARGE = "charge", _("Charge")
        ADJUST = "adjust", _("Correction")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="token_entries"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    amount = models.BigIntegerField(_("amount"), help_text=_("Tokens; charges are negative."))
    item_id = models.BigIntegerField(_("batch item"), null=True, blank=True, editable=False)
    key = ExactCharField(_("key"), max_length=255, unique=True)
    note = models.CharField(_("note"), max_length=255, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("granted by"),
    )
    created_at = models.DateTimeField(_("created"), db_index=True)
    charged_item = models.GeneratedField(
        expression=Case(When(Q(kind="charge"), then=F("item_id"))),
        output_field=models.BigIntegerField(null=True),
        db_persist=False,
    )

    class Meta:
        db_table = "token_entries"
        verbose_name = _("ledger entry")
        verbose_name_plural = _("token ledger")
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "id"], name="token_entries_user")]
        constraints = [
            models.UniqueConstraint(fields=["charged_item"], name="token_entries_one_charge"),
            models.CheckConstraint(
                condition=Q(kind="grant", amount__gt=0)
                | Q(kind="charge", amount__lte=0)
                | Q(kind="adjust"),
                name="token_entries_amount",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount:+d}"


class RateCounter(models.Model):
    """How often something was asked for in one window of time; shared by all processes."""

    key = ExactCharField(max_length=120, unique=True)
    count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "rate_counters"

    def __str__(self) -> str:
        return self.key
