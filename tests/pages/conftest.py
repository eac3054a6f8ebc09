"""Browsers of the cast, without a browser: Django's client, logged in."""

import pytest
from django.test import Client

from tests.api.conftest import World, submit, world

__all__ = ["World", "submit", "world"]


@pytest.fixture
def alice(world: World) -> Client:
    """Alice, logged in."""
    client = Client()
    client.force_login(world.alice)
    return client


@pytest.fixture
def bob(world: World) -> Client:
    """Bob, logged in."""
    client = Client()
    client.force_login(world.bob)
    return client
