"""Models on offer, articles and websites for operators."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from articles.models import LONG_COLUMNS, Article, Website, WritingModel
from batchwriter.readonly_admin import ReadOnlyAdmin


@admin.register(WritingModel)
class WritingModelAdmin(admin.ModelAdmin):
    """What users may choose; a change is offered at once."""

    list_display = ("label", "code", "provider", "model", "enabled", "has_key", "retires_on",
                    "replacement", "input_price", "output_price", "position")  # fmt: skip
    list_editable = ("enabled", "position")
    list_filter = ("provider", "enabled")
    search_fields = ("label", "code", "model")
    prepopulated_fields = {"code": ("label",)}

    @admin.display(boolean=True, description=_("key"))
    def has_key(self, model: WritingModel) -> bool:
        """Whether its provider can be called."""
        return model.available


@admin.register(Article)
class ArticleAdmin(ReadOnlyAdmin):
    """Articles, to read."""

    list_display = ("title", "user", "status", "language", "word_count", "tokens_used", "model",
                    "needs_review", "created_at")  # fmt: skip
    list_filter = ("status", "needs_review", "language")
    search_fields = ("title", "keyword", "user__username")
    list_select_related = ("user",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Without the texts, which a list never shows."""
        found = super().get_queryset(request)
        if request.resolver_match and request.resolver_match.url_name == "articles_article_change":
            return found
        return found.defer(*LONG_COLUMNS)


@admin.register(Website)
class WebsiteAdmin(ReadOnlyAdmin):
    """Websites, to read."""

    list_display = ("name", "url", "user", "created_at")
    search_fields = ("name", "url", "user__username")
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_select_related = ("user",)
