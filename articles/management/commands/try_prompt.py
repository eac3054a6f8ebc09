"""``manage.py try_prompt``: what is sent for an article, and what comes back."""

import asyncio
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from articles.models import WritingModel
from articles.providers.base import ProviderError
from articles.providers.offline import OfflineProvider
from articles.providers.registry import get_provider
from articles.writing import outline, prompts, trial
from articles.writing.brief import LANGUAGES, LEAST_WORDS, LENGTHS, MOST_WORDS, TONES, Brief

AI_OUTLINE = "ai"


class Command(BaseCommand):
    """Prints; ``articles.writing.trial`` writes."""

    help = (
        "Show every prompt of an article. Without --send nothing leaves this machine: the offline "
        "writer answers. With --send the model does, and its draft and reviews are shown."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """What is to be written, by which model, and whether it is asked."""
        parser.add_argument("--keyword", required=True, help="The article's keyword.")
        parser.add_argument("--model", default="offline", help="Id or label of a model on offer.")
        parser.add_argument("--language", default="vi", choices=LANGUAGES)
        parser.add_argument("--tone", default="professional", choices=TONES)
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--length", default="short", choices=LENGTHS)
        size.add_argument("--words", type=int, help=f"{LEAST_WORDS} to {MOST_WORDS} words.")
        parser.add_argument(
            "--outline", help=f"A file with an outline; “{AI_OUTLINE}” for one by the model."
        )
        parser.add_argument("--note", default="", help="What the owner wishes to find in it.")
        parser.add_argument("--position", type=int, default=0, help="The keyword's place in a job.")
        parser.add_argument("--send", action="store_true", help="Ask the model; this costs tokens.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the article, and print calls and draft."""
        model = WritingModel.objects.named(options["model"])
        if model is None:
            raise CommandError(f"There is no model {options['model']!r}.")
        brief = _brief(model, options)
        try:
            provider = get_provider(model.provider) if options["send"] else OfflineProvider()
        except ProviderError as error:
            raise CommandError(str(error)) from error

        async def write() -> trial.Trial:
            try:
                return await trial.run(brief, provider)
            finally:
                await provider.aclose()

        done = asyncio.run(write())
        self._show_calls(done, sent=options["send"])
        if options["send"]:
            self._show_draft(done)

    def _show_calls(self, done: trial.Trial, *, sent: bool) -> None:
        self.stdout.write(f"Prompts of version {prompts.VERSION}; {len(done.calls)} calls.")
        for number, call in enumerate(done.calls, 1):
            request = call.request
            self._title(f"call {number}: {request.purpose}, {request.model}")
            self.stdout.write(f"{request.system}\n\n--- user ---\n{request.user}")
            if request.schema is not None:
                self.stdout.write("(JSON of a given shape)")
            if sent:
                self._title(f"answer {number}: {call.usage.total} tokens {call.error}")
                self.stdout.write(call.answer)

    def _show_draft(self, done: trial.Trial) -> None:
        draft = done.draft
        if draft is None:
            raise CommandError(f"No article: {done.error}")
        self._title("article")
        for line in (draft.title, draft.meta_title, draft.meta_description, "", draft.content):
            self.stdout.write(line)
        self._title("reviews")
        self.stdout.write(
            f"{draft.word_count} words of {done.brief.words}; {draft.usage.total} tokens,"
            f" {done.spent.dropped.total} more for answers that were not used"
        )
        for issue in draft.issues:
            self.stdout.write(f"{issue['code']}: {issue['message']}")
        if not draft.issues:
            self.stdout.write("No issue.")

    def _title(self, words: str) -> None:
        self.stdout.write(f"\n===== {words} =====")


def _brief(model: WritingModel, options: dict[str, Any]) -> Brief:
    words = options["words"]
    if words is not None and not LEAST_WORDS <= words <= MOST_WORDS:
        raise CommandError(f"Give {LEAST_WORDS} to {MOST_WORDS} words.")
    option, text = "no-outline", ""
    if options["outline"] == AI_OUTLINE:
        option = "ai-outline"
    elif options["outline"]:
        option, text = "custom-outline", _outline(options["outline"])
    return Brief(
        keyword=options["keyword"],
        provider=model.provider,
        model=model.model,
        language=options["language"],
        tone=options["tone"],
        length=options["length"],
        outline_option=option,
        custom_outline=text,
        note=options["note"],
        target_words=words,
        variation=options["position"],
    )


def _outline(name: str) -> str:
    try:
        text = Path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"The outline cannot be read: {error}") from error
    sentence = outline.problem(text)
    if sentence:
        raise CommandError(sentence)
    return text
