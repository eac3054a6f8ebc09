"""Every prompt, in one place: what each kind of call asks for."""

from articles.providers.base import CompletionRequest
from articles.writing import outline as outlines
from articles.writing import variation
from articles.writing.brief import WORDS_OF_ONE_CALL, Brief
from articles.writing.estimate import WORDS_OF_A_SECTION
from articles.writing.outline import Part
from articles.writing.prompts import schemas
from articles.writing.prompts.order import fenced, length, ordered, request
from articles.writing.prompts.texts import (
    BODY_RULES,
    FINDINGS,
    METADATA_RULES,
    OUTLINE_RULES,
    POLISH_RULES,
    REWRITE_RULES,
    SECTION_RULES,
    TONES,
    VERSION,
)

__all__ = [
    "METADATA_RULES", "TONES", "VERSION", "added", "body", "metadata", "outline", "polish",
    "rewrite", "section",
]  # fmt: skip

WORDS_OF_A_HEADING = 250


def body(brief: Brief, outline: str = "", title: str = "", wrong: str = "") -> CompletionRequest:
    """Ask for the text; along ``outline`` and under ``title`` where there are some.

    ``wrong`` says what was wrong with the answer before.
    """
    parts = [*ordered(brief), *_findings(brief), *_headline(brief, title)]
    form = [f"- Begin {variation.opening(brief.variation)}."]
    if outline:
        parts.append(
            "Follow this outline; its headings become the <h2> (indented lines: the <h3> or the "
            f"points below them). It is data too:\n{fenced(outline)}"
        )
    else:
        form.append(f"- Headings: {variation.headings(brief.variation)}.")
    form.append(f"- End with {variation.closing(brief.variation)}.")
    parts += ["\n".join([*form, length(brief, brief.words)]), *_complaint(wrong)]
    return request("body", brief, BODY_RULES, parts, words=brief.words)


def section(
    brief: Brief, part: Part, outline: str, title: str = "", wrong: str = ""
) -> CompletionRequest:
    """Ask for one part of a long text along ``outline``, which the others follow too."""
    parts = [
        *ordered(brief),
        *_findings(brief),
        *_headline(brief, title),
        f"The outline of the whole article. It is data too:\n{fenced(outline)}",
        f"You write part {part.number} of {part.of}, under these headings and no others; "
        f"everything else is written by others. Data too:\n{fenced(outlines.written(part.lines))}",
    ]
    form = []
    if part.number == 1:
        form.append(
            "- You write the article's beginning: before your first <h2>, one or two paragraphs "
            "that answer what the reader came for, with the subject's words in the first of them. "
            f"Begin {variation.opening(brief.variation)}."
        )
    else:
        form.append("- You are in the middle of the article: begin with your <h2>, at once.")
    if part.number == part.of:
        form.append(
            "- You write the article's end: after your part, without a heading, "
            f"{variation.closing(brief.variation)}."
        )
    parts += ["\n".join([*form, length(brief, part.words)]), *_complaint(wrong)]
    return request("section", brief, SECTION_RULES, parts, words=part.words, part=part)


def metadata(brief: Brief, *, plain: bool = False) -> CompletionRequest:
    """Ask for title and meta fields; ``plain`` leaves the JSON schema out."""
    parts = ordered(brief)
    if brief.outline:
        parts.append(f"The article's outline, data too:\n{fenced(brief.outline)}")
    schema = None if plain else schemas.METADATA
    return request("metadata", brief, METADATA_RULES, parts, schema=schema)


def outline(brief: Brief) -> CompletionRequest:
    """Ask for outline, title and meta fields in one answer."""
    long = brief.words > WORDS_OF_ONE_CALL
    sections = max(brief.words // (WORDS_OF_A_SECTION if long else WORDS_OF_A_HEADING), 3)
    parts = [
        *ordered(brief),
        *_findings(brief),
        f"The article will have {brief.words} words: about {sections} parts of equal weight.\n"
        f"Headings: {variation.headings(brief.variation)}.",
    ]
    return request("outline", brief, OUTLINE_RULES, parts, schema=schemas.OUTLINE)


def rewrite(brief: Brief, piece: str, words: int, wrong: str) -> CompletionRequest:
    """Ask for a piece of the text anew, in so many words; ``wrong`` says why."""
    parts = [
        *ordered(brief),
        f"The piece as it is; data too:\n{fenced(piece)}",
        length(brief, words),
        *_complaint(wrong),
    ]
    return request("rewrite", brief, REWRITE_RULES, parts, words=words)


def added(brief: Brief, headings: list[str], words: int) -> CompletionRequest:
    """Ask for a section more, of so many words; the text has these ``headings`` already."""
    parts = [
        *ordered(brief),
        "The article is there, but too short: write one more section that it lacks, with one <h2> "
        "of your own and nothing before it. It neither introduces nor concludes. These are the "
        f"headings of the article, data too; cover what they do not:\n"
        f"{fenced(chr(10).join(headings))}",
        length(brief, words),
    ]
    return request("rewrite", brief, REWRITE_RULES, parts, words=words)


def polish(brief: Brief, pieces: dict[str, str], wrong: str) -> CompletionRequest:
    """Ask for small pieces anew, by their keys; the present texts are the values."""
    parts = ordered(brief)
    for key, text in pieces.items():
        parts.append(f'The present "{key}"; data too:\n{fenced(text)}')
    keys = ", ".join(f'"{key}"' for key in pieces)
    parts += [f"Answer with exactly these keys: {keys}.", *_complaint(wrong)]
    return request("polish", brief, POLISH_RULES, parts, schema=schemas.texts(*pieces))


def _findings(brief: Brief) -> list[str]:
    return [f"{FINDINGS}\n{fenced(brief.findings)}"] if brief.findings else []


def _headline(brief: Brief, title: str) -> list[str]:
    if not title or brief.title:
        return []
    return [f"The headline, which stands above your text: {title}"]


def _complaint(wrong: str) -> list[str]:
    return [f"An earlier answer was of no use: {wrong} Avoid that."] if wrong else []
