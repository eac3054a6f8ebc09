"""The application of articles, their models on offer and how they are written."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ArticlesConfig(AppConfig):
    """What an article is and how one is written."""

    name = "articles"
    verbose_name = _("Articles")
