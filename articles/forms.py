"""Forms of articles and websites."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from articles.models import Article, Website


class ArticleForm(forms.ModelForm):
    """What an owner may change; ``articles.store`` checks and cleans it."""

    class Meta:
        model = Article
        fields = ["title", "slug", "meta_title", "meta_description", "content", "status", "website"]
        widgets = {
            "meta_description": forms.Textarea(attrs={"rows": 3, "maxlength": 160}),
            "content": forms.Textarea(attrs={"rows": 24, "class": "font-monospace"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["website"].queryset = Website.objects.filter(  # type: ignore[attr-defined]
            user=self.instance.user_id
        )

    def _post_clean(self) -> None:
        """Leave the instance alone: ``articles.store`` changes it."""


class WebsiteForm(forms.ModelForm):
    """Name and address of a site."""

    class Meta:
        model = Website
        fields = ["name", "url"]
        labels = {"url": _("Address")}
        widgets = {"url": forms.URLInput(attrs={"placeholder": "https://example.com"})}
