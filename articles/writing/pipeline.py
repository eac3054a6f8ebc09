"""From a brief to a draft. No database, no transaction: provider calls are awaited here.

The steps, as ``articles.writing.steps`` buys them:

- up to 1,500 words: ``body`` beside ``metadata``; with the model's outline ``outline`` (and
  metadata in the same answer), then ``body``;
- longer: ``section 1/n`` … ``section n/n`` side by side, along the user's outline (``metadata``
  beside them) or after the model's ``outline``;
- then, only where a review finds something, ``repair …`` (``articles.writing.repair``).

Where current facts or pictures were ordered, ``search`` comes first and ``picture 1/n`` … last.
"""

from collections.abc import Mapping
from typing import Any

from articles.providers.base import CompletionRequest, GiveUp, Provider, TryAgain
from articles.providers.pace import Paced, Turn
from articles.writing import finishing, html, outline, plan, prompts, repair, research
from articles.writing.booking import Booked, FirstCallDecides, Spend
from articles.writing.brief import WORDS_OF_ONE_CALL, Brief
from articles.writing.draft import Draft, Text, Work
from articles.writing.outline import Part
from articles.writing.plan import Plan
from articles.writing.steps import OnBought, StepResult, Steps, together

# Failures of a model that is held to JSON, for which plain words may help.
UNUSABLE = {"truncated", "empty", "recitation"}


async def write(
    brief: Brief,
    provider: Provider,
    spent: Spend,
    *,
    probing: bool = False,
    turn: Turn | None = None,
    bought: Mapping[str, StepResult] | None = None,
    on_bought: OnBought | None = None,
) -> Draft:
    """Write the article that ``brief`` orders.

    Each call waits for its ``turn`` where one is given.
    ``spent`` is kept up to date, and can be read after an error. ``probing``: one call alone
    shows first whether the provider is back. Steps that were ``bought`` before are not asked for
    again; ``on_bought`` is awaited with each new one. Raises ProviderError.
    """
    provider = Booked(provider, spent)
    if turn is not None:
        provider = Paced(provider, turn.pace, turn.lane)
    if probing:
        provider = FirstCallDecides(provider)
    steps = Steps(provider, spent, bought, on_bought)
    known = await research.researched(brief, steps)
    work = await repair.repaired(await _first_draft(known.brief, steps), steps)
    return await finishing.finished(work.draft(spent.kept), known, steps)


async def _first_draft(brief: Brief, steps: Steps) -> Work:
    long = brief.words > WORDS_OF_ONE_CALL
    parts = outline.parts(outline.parse(brief.outline), brief.words) if long else []
    if brief.outline or not (long or brief.outline_option == "ai-outline"):
        return await _side_by_side(brief, parts, steps)
    planned = await _plan(prompts.outline(brief), "outline", steps)
    lines = planned.outline if planned else ""
    parts = outline.parts(outline.parse(lines), brief.words) if long else []
    title = planned.title if planned else ""
    texts = await together(_texts(brief, parts, lines, title, steps))
    return Work(brief, tuple(texts), planned)


async def _side_by_side(brief: Brief, parts: list[Part], steps: Steps) -> Work:
    """Text and metadata at once: neither needs the other."""
    texts = _texts(brief, parts, brief.outline, "", steps)
    *written, planned = await together([*texts, _plan(prompts.metadata(brief), "metadata", steps)])
    return Work(brief, tuple(written), planned)


def _texts(brief: Brief, parts: list[Part], lines: str, title: str, steps: Steps) -> list[Any]:
    """What writes the text: one call, or one for each part of an outline of several."""
    if len(parts) < 2:
        return [_text("body", prompts.body(brief, lines, title), steps)]
    return [
        _text(f"section {part.number}/{part.of}", prompts.section(brief, part, lines, title), steps)
        for part in parts
    ]


async def _text(name: str, request: CompletionRequest, steps: Steps) -> Text:
    step = await steps.ask(name, request)
    content = html.from_answer(step.text)
    if not html.plain_text(content):
        steps.give_up(step)
        raise GiveUp("empty", "The model's answer held no text.")
    if request.part is not None and "<h2" not in content:
        content = repair.with_heading(content, request.part)
    return Text(content, step, request.part)


async def _plan(request: CompletionRequest, name: str, steps: Steps) -> Plan | None:
    """The plan, asked for once more in plain words where the first answer is no JSON.

    None where that is of no use either: the article must not be lost for its metadata.
    """
    try:
        step = await steps.ask(name, request)
    except TryAgain as error:
        if request.purpose == "outline" or error.code not in UNUSABLE:
            raise
    else:
        found = plan.read(step.text)
        if found is not None:
            return found
        if request.purpose == "outline":
            steps.give_up(step)
            return None
        steps.give_up(step)
    try:
        step = await steps.ask(
            f"{name} in plain words", prompts.metadata(request.brief, plain=True)
        )
    except (TryAgain, GiveUp):
        return None
    found = plan.read(step.text)
    if found is None:
        steps.give_up(step)
    return found
