"""Drawn landscapes, the offline writer's own pictures: no network, no key, no licence."""

import asyncio
import colorsys
import hashlib
import io
import math
import random

from articles.images.base import Candidate, Credit

WIDTH, HEIGHT = 1200, 675
FINER = 2
HILLS = 4

Colour = tuple[int, int, int]


class DrawnBackend:
    """Draws; the same words always give the same picture."""

    name = "drawn"

    async def find(self, query: str, language: str) -> list[Candidate]:
        """One picture; see the protocol."""
        return [Candidate(Credit(), content=await asyncio.to_thread(drawn, query))]


def drawn(words: str) -> bytes:
    """A PNG of hills under a sun, whose colours and lines follow from ``words``."""
    from PIL import Image, ImageDraw

    chance = random.Random(hashlib.sha256(words.encode()).digest())
    hue = chance.random()
    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), _colour(hue, 0.25, 0.97))
    draw = ImageDraw.Draw(image)
    x, y = chance.uniform(0.15, 0.85) * image.width, chance.uniform(0.18, 0.4) * image.height
    radius = chance.uniform(0.06, 0.12) * image.width
    draw.ellipse((x - radius, y - radius, x + radius, y + radius), _colour(hue + 0.45, 0.45, 1))
    for number in range(HILLS):
        share = (number + 1) / HILLS
        line = _hill(chance, image.width, image.height * (0.4 + 0.14 * number))
        colour = _colour(hue + 0.06 * number, 0.3 + 0.35 * share, 0.9 - 0.5 * share)
        draw.polygon([*line, (image.width, image.height), (0, image.height)], colour)
    small = image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
    written = io.BytesIO()
    small.quantize(64, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    return written.getvalue()


def _hill(chance: random.Random, width: int, height: float) -> list[tuple[float, float]]:
    """The outline of a row of hills, from left to right."""
    waves = [(chance.uniform(0.6, 2.4), chance.uniform(0, math.tau), chance.uniform(20, 70))
             for _ in range(3)]  # fmt: skip
    return [
        (x, height + sum(size * math.sin(often * math.tau * x / width + start)
                         for often, start, size in waves))
        for x in range(0, width + 8, 8)
    ]  # fmt: skip


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return round(red * 255), round(green * 255), round(blue * 255)
