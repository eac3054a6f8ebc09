"""How many tokens an article needs: what is held before, and how long an answer may be."""

from collections.abc import Iterable

from articles.providers.base import CompletionRequest, Purpose, estimated_usage
from articles.writing.brief import LENGTHS, WORDS_OF_ONE_CALL, Brief
from articles.writing.outline import parse, parts

# Tokens for a word of HTML article text, tags included, with o200k-like tokenizers. For scripts
# other than Latin it is three bytes a token, which no tokenizer on offer exceeds.
TOKENS_PER_WORD = {"vi": 1.7, "en": 1.5, "de": 2.1, "es": 1.8, "fr": 1.8, "id": 1.9, "it": 1.9,
                   "pt": 1.8, "ja": 1.4, "ko": 3.4, "ru": 3.9, "th": 4.6, "zh": 1.4}  # fmt: skip
# System and user message of one call without keyword and outline, at three bytes a token (a safe
# side for English, of which they consist): 2,080 bytes for the body, 1,330 for the metadata,
# 1,890 for the outline, 2,680 for a section.
PROMPT_TOKENS = {"body": 700, "metadata": 445, "outline": 630, "section": 895}
METADATA_TOKENS = 180
# For a hundred words of the article.
OUTLINE_TOKENS, LONG_OUTLINE_TOKENS = 35, 21
# Six sources with their excerpts, as they come from a search; at most twice as many.
FINDINGS_TOKENS = 1000
WORDS_OF_A_SECTION = 400
BYTES_PER_TOKEN_OF_DATA = 3
MARGIN = 1.25
LEAST_BUDGET = 4000
BUDGET_FACTOR = 3


def tokens_to_hold(
    *,
    language: str,
    length: str,
    outline_option: str,
    data: Iterable[str | None],
    outline: str | None = None,
    target_words: int | None = None,
    search: bool = False,
) -> int:
    """Tokens that one article is expected to need, prompts and answers, plus a quarter.

    ``data`` are the texts of people that the prompts carry: keyword, title, note; ``outline`` is
    their outline, where it is used. With ``search`` the prompts carry what was found too.
    """
    words = target_words or LENGTHS[length]
    texts = words * TOKENS_PER_WORD[language]
    typed = sum(len((text or "").encode()) for text in data) / BYTES_PER_TOKEN_OF_DATA
    by_sections = words > WORDS_OF_ONE_CALL
    typed += FINDINGS_TOKENS if search else 0
    planned = outline_option == "ai-outline" or (by_sections and outline_option == "no-outline")
    if outline_option != "custom-outline":
        outline = ""
    typed += len((outline or "").encode()) / BYTES_PER_TOKEN_OF_DATA
    calls = _calls(words, outline or "") if by_sections else 1
    prompts = calls * PROMPT_TOKENS["section" if by_sections else "body"] + (calls + 1) * typed
    plan = PROMPT_TOKENS["outline" if planned else "metadata"] + METADATA_TOKENS
    if planned:
        # The outline is an answer once, and part of every prompt after it.
        plan += (calls + 1) * _outline_tokens(words)
    return int((prompts + texts + plan) * MARGIN)


def _calls(words: int, outline: str) -> int:
    """How many sections a long text is written in."""
    if outline:
        return len(parts(parse(outline), words)) or 1
    return -(-words // WORDS_OF_A_SECTION)


def max_output_tokens(brief: Brief, purpose: Purpose, words: int = 0) -> int:
    """The budget of one answer: generous, as reasoning counts too and a cut answer is lost."""
    return max(int(_answer_tokens(brief, purpose, words) * BUDGET_FACTOR), LEAST_BUDGET)


def unconfirmed_tokens(request: CompletionRequest) -> int:
    """What a call may be billed for whose answer never came: its prompt, and a usual answer."""
    prompt = estimated_usage(request, "").prompt_tokens
    return prompt + int(_answer_tokens(request.brief, request.purpose, request.words))


def _answer_tokens(brief: Brief, purpose: Purpose, words: int) -> float:
    """For a text of so many words, or for what else the purpose asks for."""
    if purpose == "outline":
        return METADATA_TOKENS + _outline_tokens(brief.words)
    if purpose in ("metadata", "polish"):
        return METADATA_TOKENS
    return words * TOKENS_PER_WORD[brief.language]


def _outline_tokens(words: int) -> int:
    """About 85 tokens a heading; long texts have one for 400 words, others for 250."""
    long = words > WORDS_OF_ONE_CALL
    return words * (LONG_OUTLINE_TOKENS if long else OUTLINE_TOKENS) // 100
