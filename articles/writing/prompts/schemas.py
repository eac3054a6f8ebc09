"""The shapes of answers that are JSON."""

from typing import Any

TEXT = {"type": "string"}
METADATA_KEYS = ("title", "metaTitle", "metaDescription")


def object_of(**properties: dict[str, Any]) -> dict[str, Any]:
    """An object with these properties, all required, and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def texts(*keys: str) -> dict[str, Any]:
    """An object of texts."""
    return object_of(**dict.fromkeys(keys, TEXT))


_SECTION = object_of(heading=TEXT, points={"type": "array", "items": TEXT})
METADATA = texts(*METADATA_KEYS)
OUTLINE = object_of(
    **dict.fromkeys(METADATA_KEYS, TEXT), outline={"type": "array", "items": _SECTION}
)
