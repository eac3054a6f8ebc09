"""Articles, the websites they are meant for, and the models that may write them."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from articles.providers.registry import is_configured
from batchwriter.fields import ExactCharField

SLUG_LENGTH = 100
PROVIDERS = [("openai", "OpenAI"), ("gemini", "Gemini"), ("offline", _("Offline writer"))]


class WritingModelQuerySet(models.QuerySet["WritingModel"]):
    """The words in which models on offer are asked for."""

    def offered(self) -> "WritingModelQuerySet":
        """Enabled and not past the provider's retirement date."""
        today = timezone.now().date()
        return self.filter(enabled=True).exclude(retires_on__lte=today)

    def named(self, name: str) -> "WritingModel | None":
        """The offered model with this id or label, whatever its case."""
        wanted = name.strip().casefold()
        for model in self.offered():
            if wanted in (model.code.casefold(), model.label.casefold()):
                return model
        return None


class WritingModel(models.Model):
    """A model that operators offer: what users see, and what goes over the wire."""

    code = models.SlugField(_("id"), max_length=60, unique=True)
    label = ExactCharField(_("label"), max_length=80, unique=True)
    provider = models.CharField(_("provider"), max_length=20, choices=PROVIDERS)
    model = models.CharField(
        _("provider's model id"), max_length=120, help_text=_("As it goes over the wire.")
    )
    enabled = models.BooleanField(_("enabled"), default=True)
    retires_on = models.DateField(
        _("retires on"), null=True, blank=True, help_text=_("Not offered from this day on.")
    )
    replacement = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("replacement"),
    )
    input_price = models.DecimalField(
        _("input price"),
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("US dollars per million tokens."),
    )
    output_price = models.DecimalField(
        _("output price"),
        max_digits=10,
        decimal_places=4,
        null=True,
        blank=True,
        help_text=_("US dollars per million tokens."),
    )
    position = models.PositiveIntegerField(_("order"), default=100)

    objects = WritingModelQuerySet.as_manager()

    class Meta:
        db_table = "writing_models"
        verbose_name = _("writing model")
        verbose_name_plural = _("writing models")
        ordering = ["position", "label"]

    def __str__(self) -> str:
        return self.label

    @property
    def available(self) -> bool:
        """Whether its provider has a key (or needs none)."""
        return is_configured(self.provider)


class Website(models.Model):
    """A site of the user's that articles are written for."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="websites"
    )
    name = models.CharField(_("name"), max_length=100)
    url = models.URLField(_("address"), max_length=255)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    class Meta:
        db_table = "websites"
        verbose_name = _("website")
        verbose_name_plural = _("websites")
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


# What lists of articles do without.
LONG_COLUMNS = ("content", "outline", "signature", "sources", "images")


class ArticleQuerySet(models.QuerySet["Article"]):
    """The words in which articles are asked for."""

    def live(self) -> "ArticleQuerySet":
        """Not deleted."""
        return self.filter(deleted_at=None)

    def of(self, user: Any) -> "ArticleQuerySet":
        """The articles of ``user`` that are not deleted."""
        return self.live().filter(user=user)


class Article(models.Model):
    """A finished draft or published text. Written by a job, it keeps the job's and item's ids."""

    class Status(models.TextChoices):
        """Where the text stands in its owner's work."""

        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    class Source(models.TextChoices):
        """What wrote the present state."""

        WRITER = "writer", _("As written")
        PAGE = "page", _("Saved by hand")
        AUTOSAVE = "autosave", _("Saved by itself")
        API = "api", _("Over the API")
        RESTORED = "restored", _("Brought back")
        LIST = "list", _("From the list")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="articles"
    )
    website = models.ForeignKey(
        Website,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="articles",
        verbose_name=_("website"),
    )
    job_id = models.BigIntegerField(_("batch job"), null=True, blank=True, editable=False)
    item_id = models.BigIntegerField(
        _("batch item"), null=True, blank=True, unique=True, editable=False
    )
    keyword = models.CharField(_("keyword"), max_length=200, blank=True, default="")
    title = models.CharField(_("title"), max_length=200)
    slug = models.CharField(_("slug"), max_length=SLUG_LENGTH)
    meta_title = models.CharField(_("meta title"), max_length=60, blank=True, default="")
    meta_description = models.CharField(
        _("meta description"), max_length=160, blank=True, default=""
    )
    content = models.TextField(_("content"))
    outline = models.TextField(_("outline"), blank=True, default="")
    language = models.CharField(_("language"), max_length=10, blank=True, default="")
    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.DRAFT
    )
    model = models.CharField(_("model"), max_length=60, blank=True, default="")
    word_count = models.PositiveIntegerField(_("words"), default=0)
    tokens_used = models.PositiveBigIntegerField(_("tokens used"), default=0)
    needs_review = models.BooleanField(_("needs review"), default=False)
    issues = models.JSONField(_("issues"), default=list, blank=True)
    # NULL where the article was written without: workers of an older version leave them out.
    sources = models.JSONField(_("sources"), null=True, blank=True, editable=False)
    images = models.JSONField(_("images"), null=True, blank=True, editable=False)
    signature = models.BinaryField(null=True, editable=False)
    # The database gives these to new articles: workers insert rows without them.
    revision = models.PositiveIntegerField(_("revision"), db_default=1, editable=False)
    source = models.CharField(
        _("changed by way of"),
        max_length=10,
        choices=Source.choices,
        db_default=Source.WRITER,
        editable=False,
    )
    sitting = models.CharField(max_length=32, blank=True, db_default="", editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True, editable=False)
    live_slug = models.GeneratedField(
        expression=Case(When(Q(deleted_at__isnull=True), then=F("slug"))),
        output_field=models.CharField(max_length=SLUG_LENGTH, null=True),
        db_persist=False,
    )

    objects = ArticleQuerySet.as_manager()

    class Meta:
        db_table = "articles"
        verbose_name = _("article")
        verbose_name_plural = _("articles")
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["user", "-created_at", "-id"], name="articles_user_newest"),
            models.Index(fields=["user", "deleted_at", "title", "id"], name="articles_user_title"),
            models.Index(
                fields=["user", "deleted_at", "word_count", "id"], name="articles_user_words"
            ),
            # Numbers beside the filters are counted in this index alone.
            models.Index(
                fields=["user", "deleted_at", "status", "website", "model"],
                name="articles_user_facets",
            ),
            models.Index(fields=["user", "job_id", "id"], name="articles_user_job"),
            models.Index(fields=["user", "updated_at"], name="articles_user_changed"),
            models.Index(
                fields=["user", "needs_review", "-created_at", "-id"], name="articles_user_review"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["user", "live_slug"], name="articles_user_slug"),
            models.CheckConstraint(
                condition=Q(status__in=["draft", "published"]), name="articles_status"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def kept_sources(self) -> list[dict[str, Any]]:
        """The pages that a search found for it."""
        return self.sources or []

    @property
    def kept_images(self) -> list[dict[str, Any]]:
        """The pictures that were added to it, with their credit."""
        return self.images or []


class ArticleVersion(models.Model):
    """A text that an article had before it was changed. What it has now is the article itself."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="versions")
    revision = models.PositiveIntegerField(_("revision"))
    title = models.CharField(_("title"), max_length=200)
    slug = models.CharField(_("slug"), max_length=SLUG_LENGTH)
    meta_title = models.CharField(_("meta title"), max_length=60, blank=True)
    meta_description = models.CharField(_("meta description"), max_length=160, blank=True)
    content = models.TextField(_("content"))
    word_count = models.PositiveIntegerField(_("words"))
    source = models.CharField(_("changed by way of"), max_length=10, choices=Article.Source.choices)
    saved_at = models.DateTimeField(_("saved"))
    replaced_at = models.DateTimeField(_("replaced"))
    replaced_in = models.CharField(max_length=32, blank=True)

    class Meta:
        db_table = "article_versions"
        verbose_name = _("version of an article")
        verbose_name_plural = _("versions of articles")
        ordering = ["-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "revision"], name="article_versions_revision"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.revision})"


class ArticleBand(models.Model):
    """A band of an article's signature: articles of a user with the same are likely to be alike.

    Written and read by ``articles.similar`` alone; without foreign keys, whose locks would keep
    those waiting who settle other articles.
    """

    user_id = models.BigIntegerField()
    value = models.BigIntegerField()
    article_id = models.BigIntegerField()

    class Meta:
        db_table = "article_bands"
        indexes = [
            models.Index(fields=["user_id", "value", "article_id"], name="article_bands_value")
        ]

    def __str__(self) -> str:
        return f"{self.value} of {self.article_id}"
