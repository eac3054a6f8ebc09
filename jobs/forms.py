"""The dialog's form: its fields and choices. What they may hold, ``jobs.submission`` says."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from articles.images import registry as images
from articles.models import WritingModel
from articles.search import registry as search
from articles.writing.brief import LANGUAGES, LEAST_WORDS, LENGTHS, MOST_WORDS
from batchwriter.errors import InvalidInput
from jobs import keywords as lists
from jobs import presets, sheets, submission
from jobs.estimates import Estimate
from jobs.sheets import Sheet
from jobs.submission import Submission

REVIEW_ABOVE = 10
ADVANCED = ("targetWords", "websiteId", "outlineOption", "customOutline", "autoInsertImages",
            "maxImages", "useGoogleSearch")  # fmt: skip
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

    It begins with the settings of the user's last job, and with what ``start`` holds. A file that
    was imported is ``sheet``, its rows are ``rows``. Once valid, ``checked`` is the submission.
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
    targetWords = _text(
        gettext_lazy("Number of words"),
        widget=forms.NumberInput(attrs={"min": LEAST_WORDS, "max": MOST_WORDS}),
        help_text=gettext_lazy("300 to 5,000, in place of the length; empty: as the length says."),
    )
    websiteId = _text(gettext_lazy("Website"), widget=forms.Select)
    outlineOption = _text(gettext_lazy("Outline"), widget=forms.Select(choices=OUTLINES))
    customOutline = _text(
        gettext_lazy("My own outline"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("One heading a line; indent what belongs below it, or use # and -."),
    )
    autoInsertImages = forms.BooleanField(
        label=gettext_lazy("Insert images"),
        required=False,
    )
    maxImages = _text(
        gettext_lazy("Images at most"),
        widget=forms.NumberInput(attrs={"min": 0, "max": submission.MOST_IMAGES}),
    )
    useGoogleSearch = forms.BooleanField(
        label=gettext_lazy("Research with Google Search"), required=False
    )
    skipWrong = forms.BooleanField(
        label=gettext_lazy("Leave these rows out and write the others"), required=False
    )
    submission = forms.CharField(required=False, widget=forms.HiddenInput)
    table = _text("", widget=forms.HiddenInput)
    later = _text("", widget=forms.HiddenInput)
    reviewed = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, user: User, data: QueryDict | None = None, *, start: Mapping[str, Any] | None = None
    ) -> None:
        own = presets.own(user)
        initial = {
            **submission.DEFAULTS,
            **own.settings,
            "submission": uuid.uuid4().hex,
            **(start or {}),
        }
        super().__init__(data, auto_id="batch-%s", initial=initial)
        self.user = user
        self.posted = data
        self.checked: Submission | None = None
        self.review: Estimate | None = None
        self.said: dict[str, str] = {}
        self.own = own
        self.prefilled = start is not None
        self.sheet = self._sheet()
        self.rows = self.sheet.read() if self.sheet else None
        self._offer_models()
        self._offer_services()
        self._offer("language", [(code, native) for code, (_english, native) in LANGUAGES.items()])
        self._offer("length", [(name, _length(name)) for name in LENGTHS])
        self._offer("websiteId", [("", _("No website")), *own.sites])

    def _sheet(self) -> Sheet | None:
        columns: list[str] | None
        if self.posted is not None:
            text, columns = self.posted.get("table"), self.posted.getlist("column")
        else:
            text, columns = self.initial.get("table"), self.initial.get("columns")
        return sheets.loaded(text, columns or None) if text else None

    def _offer(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        self.fields[name].widget.choices = choices

    def _offer_models(self) -> None:
        offered = list(WritingModel.objects.offered())
        usable = [model.code for model in offered if model.available]
        self._offer("model", [(model.code, _label(model)) for model in offered])
        widget = self.fields["model"].widget
        widget.unavailable = frozenset(model.code for model in offered if model.code not in usable)
        if self.initial["model"] not in usable:
            self.initial["model"] = usable[0] if usable else None

    def _offer_services(self) -> None:
        """What search and pictures bring; where the server has none, that."""
        searching, pictures = self.fields["useGoogleSearch"], self.fields["autoInsertImages"]
        if search.is_configured():
            searching.help_text = _("Current facts, whose sources are listed below the text.")
        else:
            searching.disabled = True
            searching.help_text = _("This server has no search service.")
        pictures.help_text = (
            _("After the first paragraph of a section, with their credit.")
            if images.is_configured()
            else _("This server has no image source; only the offline writer draws some.")
        )

    def clean(self) -> dict[str, Any]:
        """Have the submission checked, and put its sentences beside the fields they are about."""
        cleaned = super().clean() or {}
        if cleaned.get("table"):
            self._check_rows(cleaned)
        if self.errors:
            return cleaned
        try:
            self.checked = self._parsed(cleaned)
        except InvalidInput as error:
            for path, sentences in error.fields.items():
                name = path.removeprefix("settings.")
                self.add_error(name if name in self.fields else None, sentences)
        return cleaned

    def _check_rows(self, cleaned: dict[str, Any]) -> None:
        if self.sheet is None or self.rows is None:
            self.add_error(None, _("The imported rows cannot be read. Import the file again."))
        elif not self.sheet.names_keywords:
            self.add_error(None, _("Say which column of the file holds the keywords."))
        elif self.rows.wrong and not cleaned["skipWrong"]:
            self.add_error(
                "skipWrong",
                _("Correct these rows in your file and import it again, or leave them out."),
            )

    def _parsed(self, cleaned: dict[str, Any]) -> Submission:
        if self.rows is None:
            return submission.parse(self.user, cleaned["keywords"], settings_of(cleaned))
        items = [asdict(item) for item in self.rows.items]
        return submission.parse(self.user, None, settings_of(cleaned), items)

    def ask_for_review(self, estimate: Estimate) -> None:
        """Show what is about to be written; sent again unchanged, the form is confirmed."""
        assert self.checked is not None, "only a valid form is reviewed"
        self.review = estimate
        assert self.posted is not None, "a valid form was posted"
        self.data = data = self.posted.copy()
        data["reviewed"] = self.checked.fingerprint
        self.fields["keywords"].widget.attrs.pop("autofocus", None)

    @property
    def awaits_review(self) -> bool:
        """Whether so many articles were asked for that somebody should look once more."""
        assert self.checked is not None, "only a valid form is reviewed"
        many = len(self.checked.items) > REVIEW_ABOVE
        return many and self.cleaned_data["reviewed"] != self.checked.fingerprint

    @property
    def number_of_rows(self) -> int:
        """How many articles the imported rows make."""
        if self.rows is None or self.sheet is None or not self.sheet.names_keywords:
            return 0
        return len(lists.kept(self.rows.items, str(self["language"].value())).items)

    @property
    def has_advanced_errors(self) -> bool:
        """Whether something is wrong with a field of the folded part."""
        return any(name in self.errors for name in ADVANCED)

    @property
    def idempotency_key(self) -> str | None:
        """The same for a second click, the same again after going back, another for other words."""
        assert self.checked is not None, "only a valid form has one"
        shown = self.cleaned_data["submission"]
        if not SUBMISSION_ID.fullmatch(shown):
            return None
        return f"{presets.KEY_PREFIX}{shown}:{self.checked.fingerprint}"


def settings_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The settings object of the API from what a form can send; the rest has its default."""
    settings = {name: values[name] for name in submission.DEFAULTS
                if values.get(name, "") != ""}  # fmt: skip
    for name in ("maxImages", "websiteId", "targetWords"):
        if re.fullmatch(r"[0-9]{1,18}", str(settings.get(name, ""))):
            settings[name] = int(settings[name])
    return settings


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
