"""The protocol of a provider, what it answers, and the one taxonomy of its errors."""

from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol

from articles.writing.brief import Brief
from articles.writing.outline import Part
from batchwriter.errors import BatchwriterError

Purpose = Literal["outline", "body", "metadata", "section", "rewrite", "polish"]

# No model reads or writes more at once; a larger number is no count of tokens.
MOST_TOKENS = 10_000_000
# An article of 2,400 words is 30 kB; a model's longest answer stays below one megabyte.
MOST_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of an answer as the provider reported them; ``estimated`` where it did not."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    estimated: bool = False

    @property
    def total(self) -> int:
        """Prompt and completion together."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class CompletionRequest:
    """One call: two messages to one model, and how long the answer may be.

    ``schema`` asks for JSON of that shape. ``temperature`` is left to the model where it is None.
    ``words`` is the length of the text that is asked for, ``part`` the part of a long article.
    """

    purpose: Purpose
    brief: Brief
    model: str
    system: str
    user: str
    max_output_tokens: int
    schema: dict[str, Any] | None = None
    temperature: float | None = None
    words: int = 0
    part: Part | None = None


class Allowance(NamedTuple):
    """How many more calls the provider takes from this key until some seconds have gone by."""

    calls_left: int
    reset_seconds: float


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that a provider answered."""

    text: str
    usage: Usage
    response_id: str = ""
    model: str = ""
    allowance: Allowance | None = None


class ProviderError(BatchwriterError):
    """A call that came to nothing.

    ``code`` is a short word for rows and logs, ``message`` a sentence for the user that holds
    nothing secret, ``usage`` what the failed answer cost, ``retry_after`` the provider's own wish
    in seconds. ``perhaps_billed``: the provider may have written an answer that never came whole,
    and bill it.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        usage: Usage = Usage(),
        retry_after: float | None = None,
        perhaps_billed: bool = False,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.usage = usage
        self.retry_after = retry_after
        self.perhaps_billed = perhaps_billed


class TooLarge(Exception):
    """More came than any answer has; adapters turn it into a ProviderError."""


class TryAgain(ProviderError):
    """Worth another attempt. ``outage``: the provider is at fault (not a rate limit).

    ``attempts`` lowers the usual number of attempts for failures that seldom go away.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        usage: Usage = Usage(),
        retry_after: float | None = None,
        perhaps_billed: bool = False,
        outage: bool = False,
        attempts: int | None = None,
    ) -> None:
        super().__init__(
            code, message, usage=usage, retry_after=retry_after, perhaps_billed=perhaps_billed
        )
        self.outage = outage
        self.attempts = attempts


class GiveUp(ProviderError):
    """This keyword cannot be written by this model."""


class ProviderUnavailable(ProviderError):
    """Nothing can be written now: with this ``model``, or with the whole ``provider`` (key)."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        scope: Literal["model", "provider"],
        retry_after: float | None = None,
    ) -> None:
        super().__init__(code, message, retry_after=retry_after)
        self.scope = scope


class Provider(Protocol):
    """Something that answers completion requests. Made and used on one event loop."""

    async def complete(self, request: CompletionRequest) -> Completion:
        """The answer to ``request``; raises ProviderError and nothing else.

        Cancelling the task drops the connection at once.
        """

    async def aclose(self) -> None:
        """Give connections and threads back."""


def reported_usage(request: CompletionRequest, text: str, prompt: Any, completion: Any) -> Usage:
    """The usage that a provider reported, or an estimate where it cannot be true.

    ``prompt`` and ``completion`` are whatever came: nothing, texts, fractions, negative numbers.
    """
    if _is_count(prompt) and _is_count(completion) and prompt + completion:
        return Usage(prompt, completion)
    return estimated_usage(request, text)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value <= MOST_TOKENS


def estimated_usage(request: CompletionRequest, answer: str) -> Usage:
    """Usage for an answer that came without: a token for three bytes.

    Measured for o200k on Vietnamese and English prose and HTML: 2.15 to 6.96 bytes a token.
    """
    prompt = _tokens(request.system + request.user)
    return Usage(prompt, _tokens(answer), estimated=True)


def _tokens(text: str) -> int:
    return len(text.encode(errors="replace")) // 3
