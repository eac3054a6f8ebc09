"""Which providers there are, by dotted path. Vendors' libraries are imported on first use."""

import importlib.util
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string

from articles.providers import failures
from articles.providers.base import Provider

# Provider: the setting that holds its key, the library that it cannot do without.
NEEDS = {
    "openai": ("OPENAI_API_KEY", "openai"),
    "gemini": ("GOOGLE_API_KEY", "google.generativeai"),
}


def load(name: str) -> Callable[[], Provider]:
    """What makes an adapter for the provider ``name``; takes about a second the first time.

    Raises ImproperlyConfigured for an unknown one, and ProviderUnavailable where this process has
    no key for it or not its library.
    """
    try:
        path = settings.WRITING_PROVIDERS[name]
    except KeyError:
        known = ", ".join(settings.WRITING_PROVIDERS)
        raise ImproperlyConfigured(f"No writing provider {name!r}; there are: {known}.") from None
    if not is_configured(name):
        raise failures.not_configured()
    try:
        adapter: Callable[[], Provider] = import_string(path)
    except Exception as error:
        raise failures.not_configured() from error
    return adapter


def get_provider(name: str) -> Provider:
    """A new adapter for the provider ``name``.

    Raises what ``load`` does, and ProviderUnavailable where its address is none.
    """
    adapter = load(name)
    try:
        return adapter()
    except Exception as error:
        raise failures.not_configured() from error


def is_configured(name: str) -> bool:
    """Whether the provider has its key and its library; imports nothing of the vendor's."""
    if name not in settings.WRITING_PROVIDERS:
        return False
    if name not in NEEDS:
        return True
    key, library = NEEDS[name]
    return bool(getattr(settings, key)) and _installed(library)


def _installed(library: str) -> bool:
    """A parent package is looked for first: finding a submodule would import it."""
    parent = library.partition(".")[0]
    return importlib.util.find_spec(parent) is not None
