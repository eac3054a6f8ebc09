"""One repair of what the reviews found: by the smallest call that can, or by none.

What can be put right without a model is: talk around the text, paragraphs that stand there twice.
Everything else gets one call: the pieces that are wrong are asked for anew, side by side, and
taken where the article becomes better by them. What is still wrong then stays marked. A repair
that fails never costs the article.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise

from articles.providers.base import CompletionRequest, ProviderError
from articles.writing import html, plan, prompts, reviews
from articles.writing.draft import METADATA, Text, Work
from articles.writing.outline import Part
from articles.writing.plan import Plan
from articles.writing.prompts.schemas import METADATA_KEYS
from articles.writing.reviews import language, placeholders
from articles.writing.reviews.issue import Issue
from articles.writing.steps import StepResult, Steps, together

MOST_REWRITES = 3
# Of a section at most this share is taken out; the rest would be another section.
MOST_CUT = 0.6
HEADING = re.compile(r"<h2>")
WEIGHTS = {"language": 5.0, "placeholder": 2.0, "leftover": 2.0}


@dataclass(frozen=True, slots=True)
class Repair:
    """A call, and what its answer makes of the article; None where it is of no use."""

    name: str
    request: CompletionRequest
    apply: Callable[[Work, StepResult], Work | None]
    replaces: StepResult | None = None


async def repaired(work: Work, steps: Steps) -> Work:
    """``work`` with what could be repaired. A work without issues costs nothing."""
    if not work.issues:
        return work
    work = _without_calls(work)
    repairs = _repairs(work, {issue["code"] for issue in work.issues})
    results = await together(_ask(one, steps) for one in repairs)
    for one, result in zip(repairs, results, strict=True):
        if result is None:
            continue
        better = one.apply(work, result)
        if better is None or _badness(better) >= _badness(work):
            steps.give_up(result)
            continue
        if one.replaces is not None:
            steps.give_up(one.replaces)
        work = better
    return work


def with_heading(content: str, part: Part) -> str:
    """A section whose model forgot the heading; before it stands the article's beginning."""
    heading = f"<h2>{escape(part.heading)}</h2>"
    beginning = content.find("</p>") + len("</p>") if part.number == 1 else 0
    if part.number == 1 and "</p>" not in content:
        beginning = 0
    return f"{content[:beginning]}{heading}{content[beginning:]}"


async def _ask(repair: Repair, steps: Steps) -> StepResult | None:
    try:
        return await steps.ask(repair.name, repair.request)
    except ProviderError:
        return None


def _badness(work: Work) -> float:
    """What is wrong, weighed; a length that is further off weighs more."""
    return sum(WEIGHTS.get(issue["code"], 1.0) + _distance(issue) for issue in work.issues)


def _distance(issue: Issue) -> float:
    if issue["code"] != "length":
        return 0.0
    values = issue["values"]
    return abs(int(values["words"]) - int(values["asked"])) / int(values["asked"])


def _without_calls(work: Work) -> Work:
    """Without talk around the text and what stands there twice."""
    for block in reviews.leftovers.talk(work.piece):
        work = _accepted(work, work.exchanged(block, ""))
    for block in reviews.repeats.repeated_html(work.piece):
        work = _accepted(work, _without_last(work, block))
    return work


def _accepted(work: Work, changed: Work) -> Work:
    return changed if html.plain_text(changed.piece.content) else work


def _without_last(work: Work, block: str) -> Work:
    """Without the last place where ``block`` stands."""
    texts = list(work.texts)
    for number in reversed(range(len(texts))):
        before, found, after = texts[number].content.rpartition(block)
        if found:
            texts[number] = replace(texts[number], content=before + after)
            break
    return replace(work, texts=tuple(texts))


def _repairs(work: Work, codes: set[str]) -> list[Repair]:
    """The calls that are worth making, on pieces that do not overlap."""
    if "language" in codes:
        return [*_anew(work), *_polish(work, codes & METADATA)]
    rewrites = _rewrites(work, codes)
    if rewrites:
        codes = codes - {"keyword_opening", "keyword_heading"}
    return [*rewrites, *_added(work, codes), *_polish(work, codes)]


def _anew(work: Work) -> list[Repair]:
    """Every text that is in another language, once more."""
    brief, repairs = work.brief, []
    outline = (work.plan.outline if work.plan else "") or brief.outline
    title = work.plan.title if work.plan else ""
    wrong = [
        text
        for text in work.texts
        if language.language_of(html.plain_text(text.content), brief.keyword)
        not in ("", brief.language)
    ]
    complaint = "it was not in the language that is asked for."
    for text in wrong or work.texts:
        if text.part is None:
            request = prompts.body(brief, outline, title, complaint)
        else:
            request = prompts.section(brief, text.part, outline, title, complaint)

        def apply(work: Work, result: StepResult, old: Text = text) -> Work | None:
            new = Text(_usable(work, result), result, old.part)
            texts = tuple(new if one is old else one for one in work.texts)
            return replace(work, texts=texts) if new.content else None

        repairs.append(Repair(f"repair {text.step.name}", request, apply, text.step))
    return repairs


def _rewrites(work: Work, codes: set[str]) -> list[Repair]:
    """Pieces with something that must not stand there, and pieces that are too long."""
    wanted: dict[str, tuple[int, str]] = {}
    pieces = [piece for text in work.texts for piece in _pieces(text.content)]
    if codes & {"placeholder", "leftover"}:
        for piece in pieces:
            found = placeholders.first(html.plain_text(piece), work.brief.keyword)
            found = found or reviews.leftovers.mark(html.plain_text(piece))
            if found:
                complaint = f"it contained “{found}”; write what belongs there, or nothing."
                wanted[piece] = html.count_words(piece), complaint
    surplus = work.piece.words - work.brief.words
    if "length" in codes and surplus > 0:
        for piece in sorted(pieces, key=html.count_words, reverse=True):
            words = html.count_words(piece)
            cut = min(surplus, int(words * MOST_CUT))
            if piece not in wanted and cut > 0:
                complaint = f"it was too long: it had {words} words. Leave out what matters least."
                wanted[piece] = words - cut, complaint
                surplus -= cut
    chosen = list(wanted.items())[:MOST_REWRITES]
    return [
        _rewrite(work, number, piece, words, complaint)
        for number, (piece, (words, complaint)) in enumerate(chosen, 1)
    ]


def _rewrite(work: Work, number: int, piece: str, words: int, complaint: str) -> Repair:
    def apply(work: Work, result: StepResult) -> Work | None:
        new = _usable(work, result)
        return work.exchanged(piece, new) if new else None

    request = prompts.rewrite(work.brief, piece, words, complaint)
    return Repair(f"repair piece {number}", request, apply)


def _added(work: Work, codes: set[str]) -> list[Repair]:
    """A section more where the text is too short; it comes before the last one."""
    missing = work.brief.words - work.piece.words
    if "length" not in codes or missing <= 0:
        return []

    def apply(work: Work, result: StepResult) -> Work | None:
        new, last = _usable(work, result), work.texts[-1]
        if not new:
            return None
        *before, end = _pieces(last.content)
        pieces = [*before, new, end] if before else [end, new]
        return replace(work, texts=(*work.texts[:-1], replace(last, content="\n".join(pieces))))

    headings = [heading.text for heading in work.piece.headings]
    return [Repair("repair addition", prompts.added(work.brief, headings, missing), apply)]


def _polish(work: Work, codes: set[str]) -> list[Repair]:
    """Metadata, first paragraph and one heading: whatever of them is wrong, in one call."""
    piece = work.piece
    pieces: dict[str, str] = {}
    unfilled = placeholders.first(f"{piece.title} {piece.meta_description}", work.brief.keyword)
    if work.plan is not None and (codes & METADATA or unfilled):
        fields = piece.title, piece.meta_title, piece.meta_description
        pieces |= dict(zip(METADATA_KEYS, fields, strict=True))
    if "keyword_opening" in codes and piece.opening is not None:
        pieces["opening"] = piece.opening.text
    headings = [heading.text for heading in piece.headings if heading.tag == "h2"]
    if "keyword_heading" in codes and headings:
        pieces["heading"] = headings[0]
    if not pieces:
        return []
    complaint = " ".join(one["message"] for one in work.issues if one["code"] in codes)
    return [Repair("repair polish", prompts.polish(work.brief, pieces, complaint), _polished)]


def _polished(work: Work, result: StepResult) -> Work | None:
    data, planned = plan.read_object(result.text), work.plan
    if planned is not None:
        planned = Plan(
            plan.field(data, "title", plan.TITLE_LENGTH) or planned.title,
            plan.field(data, "metaTitle") or planned.meta_title,
            plan.field(data, "metaDescription") or planned.meta_description,
            planned.outline,
        )
    content = work.piece.content
    for key, tag in (("opening", "p"), ("heading", "h2")):
        new = plan.field(data, key, 2000)
        found = re.search(rf"<{tag}>(.*?)</{tag}>", content, re.DOTALL) if new else None
        if found is not None:
            work = work.exchanged(found[0], f"<{tag}>{escape(new, quote=False)}</{tag}>")
    return replace(work, plan=planned)


def _usable(work: Work, result: StepResult) -> str:
    """The answer as a clean fragment; empty where it is worse than what it is to mend."""
    content = html.from_answer(result.text)
    text = html.plain_text(content)
    spoken = language.language_of(text, work.brief.keyword)
    if spoken not in ("", work.brief.language) or placeholders.first(text, work.brief.keyword):
        return ""
    return content if text else ""


def _pieces(content: str) -> list[str]:
    """What stands before the first <h2>, and each <h2> with what follows it."""
    starts = [found.start() for found in HEADING.finditer(content)]
    borders = [*([0] if not starts or content[: starts[0]].strip() else []), *starts, len(content)]
    return [content[start:end] for start, end in pairwise(borders)]
