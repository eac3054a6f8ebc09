"""Which image backends there are, and which one an article gets."""

from django.conf import settings
from django.utils.module_loading import import_string

from articles.images.base import ImageBackend

# Backend: where it is, and the setting that holds its key, if it needs one.
BACKENDS = {
    "drawn": ("articles.images.drawn.DrawnBackend", ""),
    "openai": ("articles.images.openai.OpenAIImagesBackend", "OPENAI_API_KEY"),
    "openverse": ("articles.images.openverse.OpenverseBackend", ""),
    "pexels": ("articles.images.pexels.PexelsBackend", "PEXELS_API_KEY"),
}


def is_configured(provider: str = "") -> bool:
    """Whether articles of ``provider`` get pictures; the offline writer has its own."""
    return bool(_chosen(provider))


def get_backend(provider: str) -> ImageBackend | None:
    """The backend for articles of ``provider``, None where there is none. Imported on first use."""
    name = _chosen(provider)
    if not name:
        return None
    backend: ImageBackend = import_string(BACKENDS[name][0])()
    return backend


def _chosen(provider: str) -> str:
    if provider == "offline":
        return "drawn"
    name: str = settings.IMAGE_BACKEND
    if not name:
        return ""
    key = BACKENDS[name][1]
    return name if not key or getattr(settings, key) else ""
