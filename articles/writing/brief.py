"""What is asked of the writer, and the words in which it may be asked."""

from dataclasses import dataclass

# Code: name in English, name in the language itself.
LANGUAGES: dict[str, tuple[str, str]] = {
    "vi": ("Vietnamese", "Tiếng Việt"),
    "en": ("English", "English"),
    "de": ("German", "Deutsch"),
    "es": ("Spanish", "Español"),
    "fr": ("French", "Français"),
    "id": ("Indonesian", "Bahasa Indonesia"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "ko": ("Korean", "한국어"),
    "pt": ("Portuguese", "Português"),
    "ru": ("Russian", "Русский"),
    "th": ("Thai", "ไทย"),
    "zh": ("Chinese (simplified)", "简体中文"),
}
TONES = ("professional", "casual", "creative")
# Words of the finished text.
LENGTHS = {"short": 600, "medium": 1200, "long": 2400}
LEAST_WORDS, MOST_WORDS = 300, 5000
# Above this a text is written by sections: one call's answers come out too short.
WORDS_OF_ONE_CALL = 1500
OUTLINE_OPTIONS = ("no-outline", "ai-outline", "custom-outline")


@dataclass(frozen=True, slots=True)
class Brief:
    """One article as it was ordered; ``model`` is the provider's own id.

    ``title`` is the article's title where its owner has chosen one, ``note`` what the owner
    wishes of the content. ``target_words`` beats ``length``. ``variation`` is the article's place
    in the plan by which openings, headings and endings differ. With ``search`` current facts are
    looked up first, and are then ``findings``; ``images`` is how many pictures it gets at most.
    """

    keyword: str
    provider: str
    model: str
    language: str
    tone: str
    length: str
    outline_option: str = "no-outline"
    custom_outline: str = ""
    title: str = ""
    note: str = ""
    target_words: int | None = None
    variation: int = 0
    search: bool = False
    findings: str = ""
    images: int = 0

    @property
    def words(self) -> int:
        """The length that was asked for, in words."""
        return self.target_words or LENGTHS[self.length]

    @property
    def outline(self) -> str:
        """The owner's own outline, where it is to be used."""
        return self.custom_outline if self.outline_option == "custom-outline" else ""
