"""Models for tests of providers."""

from articles.models import WritingModel


def model_of(protocol: str, name: str) -> WritingModel:
    """A model of its own, so that its circuit is nobody else's."""
    code = f"{protocol}-{name}"
    return WritingModel.objects.create(code=code, label=code, provider=protocol, model=code)
