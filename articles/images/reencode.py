"""Whatever was fetched becomes a picture of ours: decoded, made smaller, written anew.

What is written anew holds nothing but pixels: no script, no place where it was taken, no second
file behind the first.
"""

import io
from typing import Any, NamedTuple

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
MOST_PIXELS = 12_000_000
LEAST_WIDTH, LEAST_HEIGHT = 200, 100
MOST_WIDTH, MOST_HEIGHT = 1280, 1280
QUALITY = 82


class NotAPicture(Exception):
    """The bytes are none, are broken, or are too small or too large a picture."""


class Encoded(NamedTuple):
    """A picture as it is stored."""

    content: bytes
    extension: str
    width: int
    height: int


def reencoded(content: bytes) -> Encoded:
    """``content`` as JPEG, or as PNG where it was one with few colours. Raises NotAPicture.

    Takes up to half a second and 100 MB, in any thread.
    """
    from PIL import Image

    # The size is looked at before anything is decoded; Pillow would only warn.
    Image.MAX_IMAGE_PIXELS = None
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as image:
            few_colours = image.mode == "P" and image.format == "PNG"
            if image.format == "JPEG":
                # Decoded at an eighth, a quarter or half of its size where that is enough.
                image.draft("RGB", (MOST_WIDTH, MOST_HEIGHT))
            if image.width * image.height > MOST_PIXELS:
                raise NotAPicture("too many pixels")
            if image.width < LEAST_WIDTH or image.height < LEAST_HEIGHT:
                raise NotAPicture("too small")
            return _written(image, few_colours=few_colours)
    except NotAPicture:
        raise
    except Exception as error:
        raise NotAPicture("it cannot be decoded") from error


def _written(image: Any, *, few_colours: bool) -> Encoded:
    from PIL import Image, ImageOps

    colours = image.convert("RGBA")
    colours.thumbnail((MOST_WIDTH, MOST_HEIGHT))
    colours.info["exif"] = image.info.get("exif", b"")
    upright = ImageOps.exif_transpose(colours)
    flat = Image.new("RGB", upright.size, (255, 255, 255))
    flat.paste(upright, mask=upright.getchannel("A"))
    written = io.BytesIO()
    if few_colours:
        flat.quantize(256, dither=Image.Dither.NONE).save(written, "PNG", optimize=True)
    else:
        flat.save(written, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return Encoded(written.getvalue(), "png" if few_colours else "jpg", flat.width, flat.height)
