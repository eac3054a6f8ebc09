"""The dialog's form: its fields and choices. What they may hold, ``jobs.submission`` says."""

import hashlib
import json
import re
import uuid
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from articles.models import Website, WritingModel
from articles.writing.brief import LANGUAGES, LENGTHS
from batchwriter.errors import InvalidInput
from jobs import submission

TONES = [
    ("professional", gettext_lazy("Professional")),
    ("casual", gettext_lazy("Casual")),
    ("creative", gettext_lazy("Creative")),
]
LENGTH_NAMES = {
    "short": gettext_lazy("Short"),
    "medium": gettext_lazy("Medium"),
    "long": gettext_lazy("Long"),
}
OUTLINES = [
    ("no-outline", gettext_lazy("Without an outline")),
    ("ai-outline", gettext_lazy("Outline by the model")),
    ("custom-outline", gettext_lazy("My own outline")),
]
SUBMISSION_ID = re.compile(r"[0-9a-f]{32}")


class ModelSelect(forms.Select):
    """The models on offer; those that cannot be used are shown but cannot be chosen."""

    unavailable: frozenset[str] = frozenset()

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """One entry."""
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.unavailable:
            option["attrs"]["disabled"] = True
        return option


def _text(label: Any, **options: Any) -> forms.CharField:
    """A field that leaves every check to ``jobs.submission``."""
    return forms.CharField(label=label, required=False, strip=False, **options)


class BatchWriteForm(forms.Form):
    """Keywords and settings; the names are those of the API.

    Once valid, ``checked`` is the submission.
    """

    keywords = _text(
        gettext_lazy("Keywords"),
        widget=forms.Textarea(attrs={"rows": 6, "autofocus": True}),
        help_text=gettext_lazy("One a line, or separated by commas."),
    )
    model = _text(gettext_lazy("Model"), widget=ModelSelect)
    language = _text(gettext_lazy("Language"), widget=forms.Select)
    tone = _text(gettext_lazy("Tone"), widget=forms.Select(choices=TONES))
    length = _text(gettext_lazy("Length"), widget=forms.Select)
    websiteId = _text(gettext_lazy("Website"), widget=forms.Select)
    outlineOption = _text(gettext_lazy("Outline"), widget=forms.Select(choices=OUTLINES))
    customOutline = _text(
        gettext_lazy("My own outline"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One heading a line."),
    )
    autoInsertImages = forms.BooleanField(
        label=gettext_lazy("Insert images"),
        required=False,
        help_text=gettext_lazy("This server has no image source; articles come without images."),
    )
    maxImages = _text(
        gettext_lazy("Images at most"),
        widget=forms.NumberInput(attrs={"min": 0, "max": submission.MOST_IMAGES}),
    )
    useGoogleSearch = forms.BooleanField(
        label=gettext_lazy("Research with Google Search"),
        required=False,
        disabled=True,
        help_text=gettext_lazy("This server has no search service."),
    )
    submission = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, user: User, data: Any = None) -> None:
        initial = {**submission.DEFAULTS, "submission": uuid.uuid4().hex}
        super().__init__(data, auto_id="batch-%s", initial=initial)
        self.user = user
        self.checked: submission.Submission | None = None
        self._offer_models()
        self._offer("language", [(code, native) for code, (_english, native) in LANGUAGES.items()])
        self._offer("length", [(name, _length(name)) for name in LENGTHS])
        sites = Website.objects.filter(user=user).values_list("pk", "name")
        self._offer("websiteId", [("", _("No website")), *sites])

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].widget.choices = choices

    def _offer_models(self) -> None:
        offered = list(WritingModel.objects.offered())
        usable = [model.code for model in offered if model.available]
        self._offer("model", [(model.code, _label(model)) for model in offered])
        widget = self.fields["model"].widget
        widget.unavailable = frozenset(model.code for model in offered if model.code not in usable)
        self.initial["model"] = usable[0] if usable else None

    def clean(self) -> dict[str, Any]:
        """Have the submission checked, and put its sentences beside the fields they are about."""
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        try:
            self.checked = submission.parse(self.user, cleaned["keywords"], self._settings(cleaned))
        except InvalidInput as error:
            for path, sentences in error.fields.items():
                name = path.removeprefix("settings.")
                self.add_error(name if name in self.fields else None, sentences)
        return cleaned

    def _settings(self, values: dict[str, Any]) -> dict[str, Any]:
        """The settings object of the API from what a form can send; the rest has its default."""
        settings = {name: values[name] for name in submission.DEFAULTS if values[name] != ""}
        for name in ("maxImages", "websiteId"):
            if re.fullmatch(r"[0-9]{1,18}", str(settings.get(name, ""))):
                settings[name] = int(settings[name])
        return settings

    @property
    def fingerprint(self) -> str:
        """What tells one checked submission from another."""
        assert self.checked is not None, "only a valid form has one"
        canonical = json.dumps([self.checked.keywords, self.checked.settings], sort_keys=True)
        return hashlib.sha256(canonical.encode()).hexdigest()

    @property
    def idempotency_key(self) -> str | None:
        """The same for a second click, the same again after going back, another for other words."""
        shown = self.cleaned_data["submission"]
        if not SUBMISSION_ID.fullmatch(shown):
            return None
        return f"page:{shown}:{self.fingerprint}"


def _length(name: str) -> str:
    words = formats.number_format(LENGTHS[name], force_grouping=True)
    return _("%(name)s (~%(words)s words)") % {"name": LENGTH_NAMES[name], "words": words}


def _label(model: WritingModel) -> str:
    if not model.available:
        return _("%(model)s (no key on this server)") % {"model": model.label}
    if model.retires_on:
        date = formats.date_format(model.retires_on, "SHORT_DATE_FORMAT")
        return _("%(model)s (withdrawn on %(date)s)") % {"model": model.label, "date": date}
    return model.label
