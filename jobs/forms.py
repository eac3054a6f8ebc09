"""The dialog's form. ``jobs.submission`` is what checks it; here are its fields and choices."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from articles.models import Website, WritingModel
from articles.writing.brief import LANGUAGES
from jobs.submission import MOST_IMAGES

TONES = [
    ("professional", _("Professional")),
    ("casual", _("Casual")),
    ("creative", _("Creative")),
]
LENGTHS = [
    ("short", _("Short (about 600 words)")),
    ("medium", _("Medium (about 1,200 words)")),
    ("long", _("Long (about 2,400 words)")),
]
OUTLINES = [
    ("no-outline", _("No outline")),
    ("ai-outline", _("Outline by the model")),
    ("custom-outline", _("My own outline")),
]


class ModelSelect(forms.Select):
    """The models on offer; those that cannot be used are shown but cannot be chosen."""

    unavailable: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One entry."""
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.unavailable:
            option["attrs"]["disabled"] = True
        return option


class BatchForm(forms.Form):
    """Field names are those of the API's settings."""

    keywords = forms.CharField(
        label=_("Keywords"),
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        required=False,
        strip=False,
        help_text=_("One a line, or separated by commas."),
    )
    model = forms.ChoiceField(label=_("Model"), widget=ModelSelect, required=False)
    language = forms.ChoiceField(label=_("Language"), initial="vi", required=False)
    tone = forms.ChoiceField(label=_("Tone"), choices=TONES, required=False)
    length = forms.ChoiceField(label=_("Length"), choices=LENGTHS, initial="medium", required=False)
    outlineOption = forms.ChoiceField(label=_("Outline"), choices=OUTLINES, required=False)
    customOutline = forms.CharField(
        label=_("My outline"),
        widget=forms.Textarea(attrs={"rows": 4}),
        required=False,
        help_text=_("One heading a line; indent what belongs below it."),
    )
    autoInsertImages = forms.BooleanField(
        label=_("Insert images"),
        required=False,
        help_text=_("No image source is set up on this server yet: articles come without images."),
    )
    maxImages = forms.IntegerField(
        label=_("Images at most"), min_value=0, max_value=MOST_IMAGES, initial=5, required=False
    )
    websiteId = forms.ChoiceField(label=_("Website"), required=False)
    useGoogleSearch = forms.BooleanField(
        label=_("Research with Google Search"),
        required=False,
        disabled=True,
        help_text=_("No search service is set up on this server."),
    )
    submission = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("submission", uuid.uuid4().hex)
        self._offer_models()
        languages = [(code, native) for code, (_name, native) in LANGUAGES.items()]
        self.fields["language"].choices = languages  # type: ignore[attr-defined]
        sites = [(str(site.pk), site.name) for site in Website.objects.filter(user_id=user.pk)]
        self.fields["websiteId"].choices = [("", _("No website")), *sites]  # type: ignore[attr-defined]

    def _offer_models(self) -> None:
        offered = list(WritingModel.objects.offered())
        field = self.fields["model"]
        field.choices = [(model.code, _label(model)) for model in offered]  # type: ignore[attr-defined]
        field.widget.unavailable = frozenset(  # type: ignore[attr-defined]
            model.code for model in offered if not model.available
        )
        first = next((model.code for model in offered if model.available), None)
        self.initial.setdefault("model", first)

    def settings(self) -> dict[str, Any]:
        """The settings object that ``jobs.submission`` takes; the values are still unchecked."""
        data = self.data
        images = data.get("maxImages", "").strip() or "5"
        site = data.get("websiteId", "")
        return {
            "model": data.get("model", ""),
            "language": data.get("language") or "vi",
            "tone": data.get("tone") or "professional",
            "length": data.get("length") or "medium",
            "outlineOption": data.get("outlineOption") or "no-outline",
            "customOutline": data.get("customOutline") or None,
            "autoInsertImages": "autoInsertImages" in data,
            "maxImages": int(images) if images.isascii() and images.isdigit() else images,
            "websiteId": int(site) if site.isascii() and site.isdigit() else (site or None),
            "useGoogleSearch": "useGoogleSearch" in data,
        }

    def show_errors(self, problems: dict[str, list[str]]) -> None:
        """Put the sentences of an InvalidInput beside the fields that they are about."""
        self.full_clean()
        self._errors = forms.utils.ErrorDict()
        for path, texts in problems.items():
            name = path.removeprefix("settings.")
            self.add_error(name if name in self.fields else None, texts)


def _label(model: WritingModel) -> str:
    if not model.available:
        return str(_("%(model)s (no key on this server)") % {"model": model.label})
    if model.retires_on:
        date = model.retires_on.strftime("%d/%m/%Y")
        return str(_("%(model)s (until %(date)s)") % {"model": model.label, "date": date})
    return model.label
