"""Forms of articles and websites."""

from typing import Any

from django import forms
from django.core.validators import URLValidator
from django.utils.translation import gettext_lazy as _

from articles import store
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


def _counted(most: int, **attributes: Any) -> dict[str, Any]:
    """Attributes of a field whose characters the page counts."""
    return {"data-most": most, **attributes}


class ArticleForm(forms.Form):
    """What an owner may change. ``articles.store`` checks and cleans it."""

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
        widget=forms.Textarea(attrs=_counted(160, rows=4)),
    )
    status = forms.ChoiceField(label=_("Status"), choices=Article.Status.choices)
    websiteId = forms.ModelChoiceField(
        label=_("Website"),
        queryset=Website.objects.none(),
        required=False,
        empty_label=_("No website"),
    )
    content = forms.CharField(
        label=_("Text (HTML)"),
        required=False,
        widget=forms.Textarea(attrs={"class": "code-text", "form": "article-form"}),
        help_text=_(
            "Headings (h2, h3), paragraphs, lists, tables, links and images are kept; "
            "scripts, styles and forms are removed when you save."
        ),
    )

    def __init__(self, article: Article, data: Any = None) -> None:
        initial = {name: getattr(article, column) for name, column in NAMES.items()}
        super().__init__(data, initial=initial)
        self.article = article
        sites = Website.objects.filter(user=article.user_id)
        self.fields["websiteId"].queryset = sites  # type: ignore[attr-defined]

    def save(self) -> bool:
        """Write what changed; False where something is wrong, with the errors in the form."""
        if not self.is_valid():
            return False
        values = {column: self.cleaned_data[name] for name, column in NAMES.items()}
        try:
            store.edit(self.article, **values)
        except InvalidInput as error:
            columns = {column: name for name, column in NAMES.items()}
            for column, sentences in error.fields.items():
                self.add_error(columns[column], sentences)
            return False
        return True


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
