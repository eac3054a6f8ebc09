"""The offline writer's phrases in English."""

from articles.providers.phrases.base import Phrases

EN = Phrases(
    notice="This is a demonstration text by the offline writer, not an article written by an AI "
    "model.",
    lead="If you want to understand {k}, this article takes you through what matters in an order "
    "that is easy to follow, from the idea to its use.",
    title="{K}: A Clear Guide from Start to Finish",
    meta_title="{K}: A Clear Guide",
    meta_description="Understand {k} in clear steps: what it means, how to begin, which mistakes "
    "to avoid, and a short list of what to do next.",
    headings=(
        "What {k} means and why it matters",
        "What to prepare before you begin",
        "The basic steps in order",
        "Cost and time to plan for",
        "Common mistakes with {k}",
        "How to judge the result",
        "Popular options side by side",
        "Keeping it up in the long run",
        "{K} in different situations",
        "Questions that people often ask",
    ),
    subheadings=(
        "A look at {a}",
        "The part that {a} plays",
        "When {a} changes",
        "How {a} and {b} belong together",
    ),
    sentences=(
        "When people talk about {k}, they look at {a} first, while {b} decides the result later.",
        "Many pay attention to {a} and overlook {b}, although the two always go together.",
        "Write down {a} at the start, so that you can compare it with {b} when something changes.",
        "A safe way is to begin with {a} and to move on to {b} only afterwards.",
        "As long as {a} is unclear, every decision about {b} remains a guess.",
        "You can check {a} every week and hold it against {b} at the end of the month.",
        "What counts is that {a} suits {b}, not that everything happens quickly.",
        "For a beginner it is wise to keep {a} simple until {b} has settled.",
        "When you talk to somebody with experience, ask about {a}, not about {b} in general.",
        "There is no recipe for every case, since {a} and {b} differ from one to the next.",
        "If you have to choose one thing to do first, choose {a}, because {b} becomes easier then.",
        "A small change in {a} may bring about a clear difference in {b}.",
    ),
    aspects=(
        "the first goal",
        "the means at hand",
        "the time set aside each day",
        "the quality of information",
        "the level of risk",
        "the running cost",
        "the basic skills",
        "the habit of taking notes",
        "the way progress is followed",
        "the real need",
        "the surroundings",
        "the right tools",
        "honest feedback",
        "a plan for bad days",
        "the criteria of choice",
        "patience",
        "the order of steps",
        "the short-term result",
        "the lasting effect",
        "the known limits",
    ),
    openers={
        "professional": ("As a rule, ", "In practice, ", "On the whole, "),
        "casual": ("Put simply, ", "Think about it: ", "Honestly, "),
        "creative": ("Picture this: ", "Like on a long walk, ", "Among a hundred paths, "),
    },
    list_intro="The list below sums up what to do, in order:",
    table_head=("Criterion", "Do", "Avoid"),
    table_cells=(
        ("set a clear mark", "follow a mood"),
        ("write figures down", "trust memory"),
        ("adjust step by step", "change everything at once"),
    ),
    closing_heading="The next step",
    closing="Choose one small thing about {k} and do it today; the first result will tell you "
    "where to go from there.",
)
