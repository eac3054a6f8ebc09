"""The cast of the other tests, and every address of the site."""

from tests.api.conftest import World, submit, world

__all__ = ["World", "submit", "world"]
