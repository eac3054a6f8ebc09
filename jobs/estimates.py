"""What a submission would need, before any money is spent. Nothing is written here."""

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median, quantiles
from typing import Literal, NamedTuple

from django.conf import settings as django_settings
from django.utils.translation import gettext as _

from accounts.models import User
from articles.images import registry as images
from articles.models import Article
from jobs import history
from jobs.history import Kind, Needed
from jobs.likeness import Alike, alike
from jobs.submission import Submission

# Where nobody has finished such articles: this part of what is set aside, up to all of it.
DEFAULT_LOW = 0.6
DEFAULT_SECONDS = {"short": 30, "medium": 45, "long": 90}
# Keywords are compared with those of so many newest articles.
NEWEST_ARTICLES = 3000

Basis = Literal["own", "everybody", "default"]


class Written(NamedTuple):
    """A keyword of the list that an article of the user's already has."""

    keyword: str
    article_id: int
    title: str


@dataclass(frozen=True, slots=True)
class Expected:
    """What a list will probably take.

    ``basis`` says whose finished articles it was learned from, of the kind of article that is
    known least; ``articles`` how many these were.
    """

    tokens_low: int
    tokens_high: int
    minutes: int
    basis: Basis
    articles: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """What a submission would need, how far the balance goes, and what is odd about its list."""

    total_items: int
    estimated_tokens: int
    tokens_available: int
    affordable_items: int
    duplicates: list[str]
    warnings: list[str]
    expected: Expected
    blank: list[int]
    near: list[Alike]
    written: list[Written]

    @property
    def dropped(self) -> int:
        """How many entries of the list are not written."""
        return len(self.duplicates) + len(self.blank)

    @property
    def balance_low(self) -> int:
        """What is left afterwards if the articles need much; never below zero."""
        return max(self.tokens_available - self.expected.tokens_high, 0)

    @property
    def balance_high(self) -> int:
        """What is left afterwards if they need little."""
        return max(self.tokens_available - self.expected.tokens_low, 0)


def estimate(user: User, submission: Submission) -> Estimate:
    """What ``submission`` would set aside and probably need."""
    owner = User.objects.get(pk=user.pk)
    tokens = submission.tokens()
    affordable, left = 0, owner.tokens_free
    for needed in tokens[: owner.articles_free]:
        if needed > left:
            break
        left -= needed
        affordable += 1
    return Estimate(
        total_items=len(tokens),
        estimated_tokens=sum(tokens),
        tokens_available=owner.tokens_free,
        affordable_items=affordable,
        duplicates=submission.duplicates,
        warnings=_warnings(submission, len(tokens), affordable),
        expected=_expected(owner, submission, tokens),
        blank=submission.blank,
        near=alike(submission.keywords),
        written=_written(owner, submission.keywords),
    )


def _warnings(submission: Submission, total: int, affordable: int) -> list[str]:
    sentences = []
    if affordable < total:
        sentences.append(
            _("Your balance and article limit are enough for %(affordable)d of %(total)d articles.")
            % {"affordable": affordable, "total": total}
        )
    provider = submission.writing_model.provider
    if submission.settings["autoInsertImages"] and not images.is_configured(provider):
        sentences.append(
            _("No image source is set up on this server; the articles come without images.")
        )
    model = submission.writing_model
    if model.retires_on:
        sentences.append(
            _("%(model)s is withdrawn by its provider on %(date)s.")
            % {"model": model.label, "date": model.retires_on.isoformat()}
        )
    return sentences


def _expected(user: User, submission: Submission, held: list[int]) -> Expected:
    chosen = submission.settings
    kinds = [
        (item.language or chosen["language"], item.length or chosen["length"])
        for item in submission.items
    ]
    known, basis = _known(user, submission, set(kinds))
    low = high = seconds = longest = 0.0
    for kind, number in Counter(kinds).items():
        if kind in known:
            least, most = _usual(known[kind].tokens)
            low, high = low + number * least, high + number * most
        else:
            share = sum(tokens for tokens, one in zip(held, kinds, strict=True) if one == kind)
            low, high = low + share * DEFAULT_LOW, high + share
        each = _seconds(kind, known.get(kind))
        seconds, longest = seconds + number * each, max(longest, each)
    return Expected(
        tokens_low=math.floor(low),
        tokens_high=math.ceil(high),
        minutes=_minutes(seconds, longest),
        basis=basis,
        articles=sum(len(one.tokens) for one in known.values()),
    )


def _known(
    user: User, submission: Submission, kinds: set[Kind]
) -> tuple[dict[Kind, Needed], Basis]:
    """What is known of ``kinds``, from the user's articles where these are enough."""
    model = submission.writing_model
    own = _only(kinds, history.needed(model, kinds, user))
    missing = kinds - own.keys()
    if not missing:
        return own, "own"
    others = _only(missing, history.needed(model, missing, None))
    return own | others, "default" if missing - others.keys() else "everybody"


def _only(kinds: set[Kind], known: dict[Kind, Needed]) -> dict[Kind, Needed]:
    return {kind: one for kind, one in known.items() if kind in kinds}


def _usual(values: list[int]) -> tuple[float, float]:
    """Between which bounds eight of ten lie."""
    tenths = quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[-1]


def _seconds(kind: Kind, known: Needed | None) -> float:
    if known is None or not known.seconds:
        return DEFAULT_SECONDS[kind[1]]
    return median(known.seconds)


def _minutes(seconds: float, longest: float) -> int:
    """Whole minutes, at least one, with as many articles at once as one job may have."""
    at_once = max(django_settings.BATCH_ITEMS_IN_FLIGHT, 1)
    return max(math.ceil(max(seconds / at_once, longest) / 60), 1)


def _written(user: User, keywords: Iterable[str]) -> list[Written]:
    """Which keywords the user's newest articles already have, whatever their capitals."""
    asked = {keyword.casefold(): keyword for keyword in keywords}
    newest = Article.objects.of(user).values_list("pk", "keyword")[:NEWEST_ARTICLES]
    found: dict[str, int] = {}
    for article_id, keyword in newest:
        same = keyword.casefold()
        if same in asked:
            found.setdefault(same, article_id)
    titles = dict(Article.objects.filter(pk__in=found.values()).values_list("pk", "title"))
    return [
        Written(asked[same], article_id, titles.get(article_id, ""))
        for same, article_id in found.items()
    ]
