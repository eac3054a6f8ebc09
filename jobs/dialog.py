"""What happens inside the dialog before a job is made: each step turns one form into another."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.forms import BooleanField
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from batchwriter.errors import InvalidInput
from batchwriter.ids import id_of
from jobs import estimates, imports, presets, sheets
from jobs import keywords as lists
from jobs.forms import BatchWriteForm, settings_of
from jobs.imports import Unreadable
from jobs.keywords import Item
from jobs.models import BatchItem, BatchJob, SettingsPreset

Values = dict[str, Any]


def begun(user: Any, query: Mapping[str, Any]) -> Values | None:
    """What a fresh form begins with: ``?from=`` a job of the user's, or ``?examples=1``."""
    if query.get("examples"):
        return {"keywords": "\n".join(examples())}
    number = id_of(query.get("from"))
    if number is None:
        return None
    job = BatchJob.objects.of(user).filter(pk=number).first()
    return None if job is None else _of_job(job)


def examples() -> list[str]:
    """Three keywords that show what one may paste."""
    return [_("da lat coffee"), _("how to brew coffee"), _("coffee beans")]


def _of_job(job: BatchJob) -> Values:
    rows = BatchItem.objects.filter(job=job).order_by("position")
    items = [Item(*row) for row in rows.values_list(*lists.ITEM_KEYS)]
    values: Values = presets.usable(job.settings)
    if all(item.is_plain and not lists.SEPARATORS.search(item.keyword) for item in items):
        return values | {"keywords": "\n".join(item.keyword for item in items)}
    sheet = sheets.of_items(_("Job #%(id)d") % {"id": job.pk}, items)
    return values | {"table": sheet.dumped(), "columns": sheet.columns}


class Step:
    """One change of the form that a user has before them."""

    def __init__(self, user: User, data: QueryDict, file: UploadedFile | None) -> None:
        self._user = user
        self._data = data
        self._file = file
        self._values: Values = {
            name: name in data if isinstance(field, BooleanField) else data.get(name, "")
            for name, field in BatchWriteForm.base_fields.items()
        }
        self._values["columns"] = data.getlist("column")

    def take(self, name: str) -> BatchWriteForm:
        """The form after the step of this name; an unknown one changes nothing."""
        said: dict[str, str] = {}
        act = self._STEPS.get(name)
        try:
            said = (act(self) if act else None) or {}
        except InvalidInput as error:
            said = {"presets_wrong": " ".join(t for texts in error.fields.values() for t in texts)}
        except Unreadable as error:
            said = {"import_wrong": error.message}
        form = BatchWriteForm(self._user, start=self._values)
        form.said = said
        return form

    def _import(self) -> dict[str, str]:
        if self._file is None:
            raise Unreadable(_("Choose a file first."))
        found = imports.read(self._file.name or "", self._file.read(imports.FILE_BYTES + 1))
        if isinstance(found, list):
            typed = str(self._values.get("keywords", "")).rstrip()
            self._values["keywords"] = "\n".join([typed, *found] if typed else found)
            words = ngettext(
                "%(count)d keyword was taken from %(file)s.",
                "%(count)d keywords were taken from %(file)s.",
                len(found),
            )
            return {"import": words % {"count": len(found), "file": self._file.name}}
        self._values |= {"table": found.dumped(), "columns": found.columns, "skipWrong": False}
        return {}

    def _discard(self) -> None:
        self._values |= {"table": "", "later": "", "columns": [], "skipWrong": False}

    def _trim(self) -> None:
        """Keep as many articles as balance and limit cover; the others wait for later."""
        form = BatchWriteForm(self._user, self._data)
        if not form.is_valid() or form.checked is None:
            return
        places = form.checked.places
        number = estimates.estimate(self._user, form.checked).affordable_items
        if not 0 < number < len(places):
            return
        cut, later = places[number] - 1, str(self._values["later"])
        if form.sheet is not None and form.rows is not None:
            kept, rest = form.sheet.divided(form.rows.numbers[cut])
            before = sheets.loaded(later) if later else None
            self._values["table"] = kept.dumped()
            self._values["later"] = (rest.joined(before) if before else rest).dumped()
        else:
            parts = [part.strip() for part in lists.split(str(self._values["keywords"]))]
            self._values["keywords"] = "\n".join(filter(None, parts[:cut]))
            self._values["later"] = "\n".join(filter(None, [*parts[cut:], later]))

    def _untrim(self) -> None:
        """Put back what waits for later."""
        later = str(self._values["later"])
        table = str(self._values["table"])
        if table:
            sheet, rest = sheets.loaded(table), sheets.loaded(later)
            if sheet is None or rest is None:
                return
            self._values["table"] = sheet.joined(rest).dumped()
        else:
            self._values["keywords"] = "\n".join(filter(None, [self._values["keywords"], later]))
        self._values["later"] = ""

    def _use_preset(self) -> dict[str, str]:
        preset = self._preset()
        self._values |= presets.usable(preset.settings)
        return {"presets": _("These are the settings of “%(name)s”.") % {"name": preset.name}}

    def _save_preset(self) -> dict[str, str]:
        name = self._data.get("presetName", "").strip() or self._preset().name
        presets.save(self._user, name, settings_of(self._values))
        return {"presets": _("The settings are kept as “%(name)s”.") % {"name": name}}

    def _rename_preset(self) -> dict[str, str]:
        preset = presets.rename(self._user, self._preset().pk, self._data.get("presetName", ""))
        return {"presets": _("The preset is now called “%(name)s”.") % {"name": preset.name}}

    def _delete_preset(self) -> dict[str, str]:
        name = presets.delete(self._user, self._preset().pk)
        return {"presets": _("The preset “%(name)s” is deleted.") % {"name": name}}

    def _preset(self) -> SettingsPreset:
        return presets.get(self._user, id_of(self._data.get("preset")) or 0)

    _STEPS: Mapping[str, Callable[["Step"], dict[str, str] | None]] = {
        "import": _import,
        "discard": _discard,
        "trim": _trim,
        "untrim": _untrim,
        "use-preset": _use_preset,
        "save-preset": _save_preset,
        "rename-preset": _rename_preset,
        "delete-preset": _delete_preset,
    }
