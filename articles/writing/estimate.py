"""How many tokens an article needs: what is held before, and how long an answer may be."""

from collections.abc import Iterable

from articles.providers.base import CompletionRequest, Purpose, estimated_usage
from articles.writing.brief import LENGTHS, Brief

# Tokens for a word of HTML article text, tags included, with o200k-like tokenizers; languages
# that are not listed are counted like the dearest.
TOKENS_PER_WORD = {"vi": 1.7, "en": 1.5, "de": 2.1, "es": 1.8, "fr": 1.8, "id": 1.9, "it": 1.9,
                   "pt": 1.8}  # fmt: skip
TOKENS_PER_WORD_ELSEWHERE = 2.6
# System and user message of one call without keyword and outline, at three bytes a token (a safe
# side for English, of which they consist): 1,790 bytes for the body, 1,330 for the metadata,
# 1,590 for the outline.
PROMPT_TOKENS = {"body": 600, "metadata": 445, "outline": 530}
METADATA_TOKENS = 180
OUTLINE_TOKENS_PER_HUNDRED_WORDS = 35
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
) -> int:
    """Tokens that one article is expected to need, prompts and answers, plus a quarter.

    ``data`` are the texts of people that the prompts carry: keyword, outline, title, note.
    """
    words = LENGTHS[length]
    answer = words * TOKENS_PER_WORD.get(language, TOKENS_PER_WORD_ELSEWHERE)
    planning = "outline" if outline_option == "ai-outline" else "metadata"
    size = sum(len((text or "").encode()) for text in data)
    prompts = PROMPT_TOKENS["body"] + PROMPT_TOKENS[planning] + 2 * size / BYTES_PER_TOKEN_OF_DATA
    plan = METADATA_TOKENS
    if planning == "outline":
        # The outline is an answer once, and part of a prompt once.
        plan += 2 * _outline_tokens(words)
    return int((prompts + answer + plan) * MARGIN)


def max_output_tokens(brief: Brief, purpose: Purpose) -> int:
    """The budget of one answer: generous, as reasoning counts too and a cut answer is lost."""
    return max(int(_answer_tokens(brief, purpose) * BUDGET_FACTOR), LEAST_BUDGET)


def unconfirmed_tokens(request: CompletionRequest) -> int:
    """What a call may be billed for whose answer never came: its prompt, and a usual answer."""
    prompt = estimated_usage(request, "").prompt_tokens
    return prompt + int(_answer_tokens(request.brief, request.purpose))


def _answer_tokens(brief: Brief, purpose: Purpose) -> float:
    per_word = TOKENS_PER_WORD.get(brief.language, TOKENS_PER_WORD_ELSEWHERE)
    return {
        "body": brief.words * per_word,
        "metadata": METADATA_TOKENS,
        "outline": METADATA_TOKENS + _outline_tokens(brief.words),
    }[purpose]


def _outline_tokens(words: int) -> int:
    return words * OUTLINE_TOKENS_PER_HUNDRED_WORDS // 100
