"""Forms of articles and websites."""

import uuid
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from articles import store
from articles.checks import checked
from articles.models import Article, Website
from batchwriter.errors import InvalidInput

# Names of the form: names of ``store.edit``.
NAMES = {
    "title": "title",
    "slug": "slug",
    "metaTitle": "meta_title",
    "metaDescription": "meta_description",
    "content": "content",
    "status": "status",
    "websiteId": "website",
}


# What search engines show of a description; a few more characters can be stored.
SHOWN_OF_DESCRIPTION = 155
ROW_NUMBER: dict[str, Any] = {"required": False, "min_value": 1, "widget": forms.HiddenInput}


def _counted(most: int, **attributes: Any) -> dict[str, Any]:
    """Attributes of a field whose characters the page counts."""
    return {"data-most": most, **attributes}


class WebsiteSelect(forms.Select):
    """The user's websites; each tells the page its address."""

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One entry."""
        option = super().create_option(name, value, *args, **kwargs)
        if value:
            option["attrs"]["data-url"] = value.instance.url
        return option


class ArticleForm(forms.Form):
    """What an owner may change. ``articles.store`` checks and cleans it.

    ``revision`` is what the page was made from, ``sitting`` one visit to it; ``keep`` is the
    revision that may be replaced all the same, after a conflict. ``stale`` is then the article as
    somebody else has made it.
    """

    title = forms.CharField(
        label=_("Title"), required=False, widget=forms.TextInput(attrs=_counted(200))
    )
    slug = forms.CharField(
        label=_("Slug"),
        required=False,
        help_text=_("The article's part of the address: a-z, 0-9 and hyphens."),
    )
    metaTitle = forms.CharField(
        label=_("Meta title"), required=False, widget=forms.TextInput(attrs=_counted(60))
    )
    metaDescription = forms.CharField(
        label=_("Meta description"),
        required=False,
        widget=forms.Textarea(attrs=_counted(SHOWN_OF_DESCRIPTION, rows=4)),
    )
    status = forms.ChoiceField(label=_("Status"), choices=Article.Status.choices)
    websiteId = forms.ModelChoiceField(
        label=_("Website"),
        queryset=Website.objects.none(),
        required=False,
        empty_label=_("No website"),
        widget=WebsiteSelect,
    )
    content = forms.CharField(
        label=_("Text"),
        required=False,
        widget=forms.Textarea(attrs={"class": "code-text"}),
        help_text=_(
            "Headings (h2, h3), paragraphs, lists, tables, links and images are kept; "
            "scripts, styles and forms are removed when you save."
        ),
    )
    revision = forms.IntegerField(**ROW_NUMBER)
    keep = forms.IntegerField(**ROW_NUMBER)
    sitting = forms.RegexField(r"^[0-9a-f]{32}$", required=False, widget=forms.HiddenInput)

    def __init__(self, article: Article, data: Any = None) -> None:
        initial: dict[str, Any] = {name: getattr(article, column) for name, column in NAMES.items()}
        initial |= {"revision": article.revision, "sitting": uuid.uuid4().hex}
        super().__init__(data, initial=initial)
        self.article = article
        self.stale: Article | None = None
        sites = Website.objects.filter(user=article.user_id)
        self.fields["websiteId"].queryset = sites  # type: ignore[attr-defined]

    def save(self, source: Article.Source = Article.Source.PAGE) -> bool:
        """Write what changed; False where something is wrong, with the errors in the form.

        Raises Gone where the article was deleted meanwhile.
        """
        if not self.is_valid():
            return False
        data = self.cleaned_data
        try:
            store.edit(
                self.article,
                source=source,
                sitting=data["sitting"],
                expected=data["keep"] or data["revision"],
                **self._values(),
            )
        except InvalidInput as error:
            columns = {column: name for name, column in NAMES.items()}
            for column, sentences in error.fields.items():
                self.add_error(columns[column], sentences)
            return False
        except store.Stale as error:
            self.stale = error.article
            return False
        return True

    def typed(self) -> Any:
        """What the user has typed, as an article of it would be."""
        return SimpleNamespace(**checked(self.article, self._values()))

    def _values(self) -> dict[str, Any]:
        return {column: self.cleaned_data[name] for name, column in NAMES.items()}


class WebsiteForm(forms.ModelForm):
    """Name and address of a site."""

    url = forms.URLField(
        label=_("Address"),
        max_length=255,
        assume_scheme="https",
        validators=[URLValidator(schemes=["http", "https"])],
        widget=forms.URLInput(attrs={"placeholder": "https://example.com"}),
    )

    class Meta:
        model = Website
        fields = ["name", "url"]
