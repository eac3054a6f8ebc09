"""Path converters of our own."""

from django.urls import register_converter
from django.urls.converters import get_converters


class IdConverter:
    """The id of a row: what no database can hold is not found."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """The number; ValueError (not found) beyond 2^63 - 1."""
        number = int(value)
        if number >= 2**63:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        """As it stands in an address."""
        return str(value)


def register() -> None:
    """Let paths say ``<id:…>``; called before the first of them is made."""
    if "id" not in get_converters():
        register_converter(IdConverter, "id")
