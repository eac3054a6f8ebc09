"""What the offline writer's sentences are made of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phrases:
    """Parts of sentences in one language. ``{k}`` is the keyword, ``{a}`` and ``{b}`` aspects.

    ``space`` stands between sentences.
    """

    notice: str
    lead: str
    title: str
    meta_title: str
    meta_description: str
    headings: tuple[str, ...]
    subheadings: tuple[str, ...]
    sentences: tuple[str, ...]
    aspects: tuple[str, ...]
    openers: dict[str, tuple[str, ...]]
    list_intro: str
    table_head: tuple[str, str, str]
    table_cells: tuple[tuple[str, str], ...]
    closing_heading: str
    closing: str
    space: str = " "
