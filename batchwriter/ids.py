"""Ids of rows as clients write them: in a path, in a query, in a form."""

DIGITS = 19
LARGEST = 2**63 - 1


def id_of(text: object) -> int | None:
    """The id, from 0, that ``text`` is; None for what is none, and for what no database holds."""
    if not isinstance(text, str) or not (text.isascii() and text.isdigit()):
        return None
    if len(text) > DIGITS or int(text) > LARGEST:
        return None
    return int(text)
