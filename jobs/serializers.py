"""Jobs and items as the API shows them, and the body that makes a job."""

from typing import Any

from rest_framework import serializers

from articles.writing.brief import (
    LANGUAGES,
    LEAST_WORDS,
    LENGTHS,
    MOST_WORDS,
    OUTLINE_OPTIONS,
    TONES,
)
from jobs.keywords import KEYWORD_LENGTH, NOTE_LENGTH, TITLE_LENGTH
from jobs.line import MOST
from jobs.models import BatchItem
from jobs.progress import JobSnapshot
from jobs.status import ItemStatus, JobStatus, PauseReason


class ArticleLink(serializers.Serializer):
    """An article of a job."""

    id = serializers.IntegerField()
    title = serializers.CharField()


class SettingsBody(serializers.Serializer):
    """The settings of a job; only ``model`` is required. ``jobs.submission`` checks them."""

    model = serializers.CharField(help_text="Id or label of a model on offer.")
    language = serializers.ChoiceField(choices=list(LANGUAGES), required=False, default="vi")
    tone = serializers.ChoiceField(choices=TONES, required=False, default="professional")
    length = serializers.ChoiceField(choices=list(LENGTHS), required=False, default="medium")
    targetWords = serializers.IntegerField(
        required=False, allow_null=True, default=None, min_value=LEAST_WORDS,
        max_value=MOST_WORDS, help_text="Words of each article; beats length.",
    )  # fmt: skip
    outlineOption = serializers.ChoiceField(
        choices=OUTLINE_OPTIONS, required=False, default="no-outline"
    )
    customOutline = serializers.CharField(required=False, allow_null=True, default=None)
    autoInsertImages = serializers.BooleanField(required=False, default=False)
    maxImages = serializers.IntegerField(required=False, min_value=0, max_value=20, default=5)
    websiteId = serializers.IntegerField(required=False, allow_null=True, default=None)
    useGoogleSearch = serializers.BooleanField(required=False, default=False)


class ItemBody(serializers.Serializer):
    """A keyword with wishes of its own; what is left out or null is as in the settings."""

    keyword = serializers.CharField(max_length=KEYWORD_LENGTH)
    title = serializers.CharField(
        max_length=TITLE_LENGTH, required=False, allow_null=True, help_text="The article's title."
    )
    note = serializers.CharField(
        max_length=NOTE_LENGTH, required=False, allow_null=True, help_text="Told to the writer."
    )
    language = serializers.ChoiceField(choices=list(LANGUAGES), required=False, allow_null=True)
    length = serializers.ChoiceField(choices=list(LENGTHS), required=False, allow_null=True)


class JobBody(serializers.Serializer):
    """What makes a job: keywords, or items in place of them, and settings."""

    keywords = serializers.ListField(
        child=serializers.CharField(max_length=KEYWORD_LENGTH), required=False,
        help_text="Or one string, split on newlines and commas.",
    )  # fmt: skip
    items = ItemBody(many=True, required=False)
    settings = SettingsBody()


class JobRow(serializers.Serializer):
    """A job in a list. The instance is a ``progress.JobSnapshot``."""

    jobId = serializers.IntegerField(source="job.pk")
    jobType = serializers.CharField(source="job.job_type")
    status = serializers.ChoiceField(source="job.status", choices=JobStatus.choices)
    totalItems = serializers.IntegerField(source="job.total_items")
    completedItems = serializers.IntegerField(source="job.completed_items")
    failedItems = serializers.IntegerField(source="job.failed_items")
    currentIndex = serializers.IntegerField(source="job.current_item_index")
    tokensAtStart = serializers.IntegerField(source="job.tokens_at_start")
    tokensUsed = serializers.IntegerField(source="job.tokens_used")
    articlesLimitAtStart = serializers.IntegerField(source="job.articles_limit_at_start")
    articleIds = serializers.ListField(source="article_ids", child=serializers.IntegerField())
    pauseReason = serializers.ChoiceField(
        source="job.pause_reason", choices=PauseReason.choices, allow_null=True
    )
    errorMessage = serializers.CharField(source="job.error_message", allow_null=True)
    elapsedSeconds = serializers.IntegerField(source="elapsed_seconds")
    placeInLine = serializers.IntegerField(
        source="place_in_line",
        allow_null=True,
        help_text="1 and up for the job that its user's next turn is for; null for all others.",
    )
    queuePosition = serializers.IntegerField(
        source="queue_position",
        allow_null=True,
        help_text="How many other users are served before a pending job (they are served in turn, "
        f"one job of each), counted up to {MOST}; null for jobs that are not pending.",
    )
    settings = SettingsBody(source="job.settings")
    createdAt = serializers.DateTimeField(source="job.created_at")
    startedAt = serializers.DateTimeField(source="job.started_at", allow_null=True)
    lastActivityAt = serializers.DateTimeField(source="job.last_activity_at", allow_null=True)
    finishedAt = serializers.DateTimeField(source="job.finished_at", allow_null=True)


class JobDetail(JobRow):
    """A job with its newest articles."""

    articles = serializers.SerializerMethodField()

    def get_articles(self, snapshot: JobSnapshot) -> list[dict[str, Any]]:
        """Id and title of the newest fifty."""
        return [{"id": pk, "title": title} for pk, title in snapshot.articles]


class ItemSerializer(serializers.ModelSerializer):
    """One keyword of a job."""

    status = serializers.ChoiceField(choices=ItemStatus.choices)
    articleId = serializers.IntegerField(source="article_id", allow_null=True)
    tokensUsed = serializers.IntegerField(source="tokens_used")
    errorCode = serializers.CharField(source="error_code", allow_null=True)
    errorMessage = serializers.CharField(source="error_message", allow_null=True)
    startedAt = serializers.DateTimeField(source="started_at", allow_null=True)
    finishedAt = serializers.DateTimeField(source="finished_at", allow_null=True)

    class Meta:
        model = BatchItem
        fields = ("position", "keyword", "title", "note", "language", "length", "status",
                  "articleId", "attempts", "tokensUsed", "errorCode", "errorMessage", "startedAt",
                  "finishedAt")  # fmt: skip


class AlikeSerializer(serializers.Serializer):
    """A keyword that looks like one before it; both are written."""

    keyword = serializers.CharField()
    other = serializers.CharField()
    reason = serializers.ChoiceField(choices=["marks", "spacing", "order"])


class WrittenSerializer(serializers.Serializer):
    """A keyword that an article of the user's already has; it is written all the same."""

    keyword = serializers.CharField()
    articleId = serializers.IntegerField(source="article_id")
    title = serializers.CharField()


class EstimateSerializer(serializers.Serializer):
    """What a list would need, and how far the balance goes."""

    totalItems = serializers.IntegerField(source="total_items")
    estimatedTokens = serializers.IntegerField(source="estimated_tokens")
    tokensAvailable = serializers.IntegerField(source="tokens_available")
    affordableItems = serializers.IntegerField(source="affordable_items")
    duplicates = serializers.ListField(child=serializers.CharField())
    warnings = serializers.ListField(child=serializers.CharField())
    expectedTokensLow = serializers.IntegerField(
        source="expected.tokens_low", help_text="Eight of ten such articles need more than this…"
    )
    expectedTokensHigh = serializers.IntegerField(
        source="expected.tokens_high", help_text="…and less than this, added up over the list."
    )
    balanceAfterLow = serializers.IntegerField(source="balance_low")
    balanceAfterHigh = serializers.IntegerField(source="balance_high")
    expectedMinutes = serializers.IntegerField(source="expected.minutes")
    basis = serializers.ChoiceField(
        source="expected.basis",
        choices=["own", "everybody", "default"],
        help_text="Whose finished articles of this model, language and length it is learned from; "
        "`default` where too few are known: 60 to 100 percent of what is set aside.",
    )
    basisArticles = serializers.IntegerField(source="expected.articles")
    blank = serializers.ListField(
        child=serializers.IntegerField(), help_text="Places of blank entries, from 1."
    )
    nearDuplicates = AlikeSerializer(source="near", many=True)
    alreadyWritten = WrittenSerializer(source="written", many=True)
