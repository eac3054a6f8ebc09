"""Settings that come back: those of the last job, and those that users keep under a name."""

import json
import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from accounts import ledger
from accounts.models import User
from articles.search import registry as search
from batchwriter import database
from batchwriter.errors import InvalidInput
from jobs.keywords import UNSTORABLE, Problems
from jobs.models import SettingsPreset
from jobs.submission import DEFAULTS, checked_settings

MOST = 20
NAME_LENGTH = 60
# The idempotency key of a job that a form made begins with this, and goes on with the form's id.
KEY_PREFIX = "page:"
SITE, JOB = 1, 3


@dataclass(slots=True)
class Own:
    """What a dialog of a user's shows of theirs, ids with names.

    ``settings`` are those of the last job, ``form_id`` tells the form that it was made with.
    """

    sites: list[tuple[int, str]] = field(default_factory=list)
    presets: list[tuple[int, str]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    form_id: str = ""


def own(user: User) -> Own:
    """Websites, presets and last settings of ``user``: one statement, on every page of theirs."""
    found = Own()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1, id, name, NULL FROM websites WHERE user_id = %s"
            " UNION ALL SELECT 2, id, name, NULL FROM settings_presets WHERE user_id = %s"
            " UNION ALL SELECT 3, id, idempotency_key, job_data FROM batch_jobs WHERE id ="
            " (SELECT id FROM batch_jobs WHERE user_id = %s"
            " ORDER BY created_at DESC, id DESC LIMIT 1)",
            [user.pk] * 3,
        )
        for kind, pk, name, data in cursor.fetchall():
            if kind == JOB:
                found.settings = usable(json.loads(data).get("settings", {}))
                found.form_id = _form_id(name or "")
            else:
                (found.sites if kind == SITE else found.presets).append((pk, name))
    for rows in (found.sites, found.presets):
        rows.sort(key=lambda row: (row[1].casefold(), row[0]))
    return found


def _form_id(key: str) -> str:
    return key.removeprefix(KEY_PREFIX).partition(":")[0] if key.startswith(KEY_PREFIX) else ""


def save(user: User, name: str, settings: dict[str, Any]) -> SettingsPreset:
    """Keep ``settings`` under ``name``, in place of what was kept under it.

    Raises InvalidInput for settings that no job could have, a bad name, or one preset too many.
    """
    kept = _checked_name(name)
    problems = Problems()
    cleaned, _model = checked_settings(user, settings, problems)
    if problems.fields:
        raise InvalidInput(problems.fields)

    def step() -> SettingsPreset:
        ledger.lock(user.pk)
        known = SettingsPreset.objects.filter(user=user)
        if not known.filter(name=kept).exists() and known.count() >= MOST:
            raise InvalidInput(
                {"presetName": [_("You have %(most)d presets; delete one first.") % {"most": MOST}]}
            )
        return known.update_or_create(
            user=user, name=kept, defaults={"settings": cleaned, "updated_at": database.now()}
        )[0]

    return database.in_transaction(step)


def rename(user: User, preset_id: int, name: str) -> SettingsPreset:
    """Give a preset another name. Raises InvalidInput where another one has it already."""
    kept = _checked_name(name)

    def step() -> SettingsPreset:
        ledger.lock(user.pk)
        preset = get(user, preset_id)
        if SettingsPreset.objects.filter(user=user, name=kept).exclude(pk=preset.pk).exists():
            raise InvalidInput({"presetName": [_("Another preset of yours has this name.")]})
        preset.name = kept
        preset.save(update_fields=["name"])
        return preset

    return database.in_transaction(step)


def get(user: User, preset_id: int) -> SettingsPreset:
    """A preset of ``user``. Raises InvalidInput where there is none."""
    preset = SettingsPreset.objects.filter(user=user, pk=preset_id).first()
    if preset is None:
        raise InvalidInput({"preset": [_("Choose one of your presets.")]})
    return preset


def delete(user: User, preset_id: int) -> str:
    """Forget a preset; returns the name that it had."""
    preset = get(user, preset_id)
    preset.delete()
    return preset.name


def usable(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that a dialog can begin with: known keys, and no impossible search."""
    known = {key: settings[key] for key in DEFAULTS if key in settings}
    return known if search.is_configured() else known | {"useGoogleSearch": False}


def _checked_name(name: str) -> str:
    kept = unicodedata.normalize("NFC", " ".join(UNSTORABLE.sub("", name).split()))
    if not kept:
        raise InvalidInput({"presetName": [_("Give the preset a name.")]})
    if len(kept) > NAME_LENGTH:
        raise InvalidInput(
            {"presetName": [_("Is longer than %(most)d characters.") % {"most": NAME_LENGTH}]}
        )
    return kept
