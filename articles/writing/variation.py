"""How the articles of one job differ in form: by plan, by their place in the job.

The three lists have lengths without a common divisor, so that 210 articles in a row have each a
combination of their own. Every hint suits every subject.
"""

OPENINGS = (
    "with the answer itself, in one plain sentence, and then its reason",
    "with a concrete situation in which the reader meets the subject",
    "with a common mistake or misconception, and what is right instead",
    "with the question that most readers have in mind, answered at once",
    "with what changes for the reader who knows about the subject",
    "with a plain definition and, right after it, an everyday example",
    "with a contrast: two people, places or ways that show what the subject is about",
)
HEADINGS = (
    "mostly statements that say something",
    "mostly questions that readers ask",
    "mostly short noun phrases",
    "mostly things to do, as imperatives or verb phrases",
    "a mix: no two neighbours of the same form",
    "mostly statements, with one question among them",
)
CLOSINGS = (
    "one small step that can be taken today",
    "a short list of what to check before deciding",
    "the one thought to keep, put in other words than before",
    "how the reader will know that it has worked",
    "which question to settle next, and how",
)


def opening(variation: int) -> str:
    """How the text begins."""
    return OPENINGS[variation % len(OPENINGS)]


def headings(variation: int) -> str:
    """Which form its headings have."""
    return HEADINGS[variation % len(HEADINGS)]


def closing(variation: int) -> str:
    """What it ends with."""
    return CLOSINGS[variation % len(CLOSINGS)]
