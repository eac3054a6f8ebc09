"""The offline writer's phrases, by language."""

from articles.providers.phrases.base import Phrases
from articles.providers.phrases.de import DE
from articles.providers.phrases.en import EN
from articles.providers.phrases.es import ES
from articles.providers.phrases.fr import FR
from articles.providers.phrases.id import ID
from articles.providers.phrases.it import IT
from articles.providers.phrases.ja import JA
from articles.providers.phrases.ko import KO
from articles.providers.phrases.pt import PT
from articles.providers.phrases.ru import RU
from articles.providers.phrases.th import TH
from articles.providers.phrases.vi import VI
from articles.providers.phrases.zh import ZH

__all__ = ["BY_LANGUAGE", "Phrases"]

BY_LANGUAGE = {
    "de": DE,
    "en": EN,
    "es": ES,
    "fr": FR,
    "id": ID,
    "it": IT,
    "ja": JA,
    "ko": KO,
    "pt": PT,
    "ru": RU,
    "th": TH,
    "vi": VI,
    "zh": ZH,
}
