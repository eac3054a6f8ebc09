"""Path converters of our own."""

from django.urls import register_converter
from django.urls.converters import get_converters

from batchwriter.ids import DIGITS, id_of


class IdConverter:
    """The id of a row: what no database can hold is not found."""

    regex = f"[0-9]{{1,{DIGITS}}}"

    def to_python(self, value: str) -> int:
        """The number; ValueError (not found) beyond 2^63 - 1."""
        number = id_of(value)
        if number is None:
            raise ValueError(value)
        return number

    def to_url(self, value: int) -> str:
        """As it stands in an address."""
        return str(value)


def register() -> None:
    """Let paths say ``<id:…>``; called before the first of them is made."""
    if "id" not in get_converters():
        register_converter(IdConverter, "id")
