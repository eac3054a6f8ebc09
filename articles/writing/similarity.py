"""How alike two texts are, told from a few bytes of each.

A text is the set of its shingles (five words in a row). Its signature holds, for each of 48
bins, the smallest hash of the shingles that fall into it; the share of bins in which two
signatures agree estimates the share of shingles that the texts have in common (Jaccard).
MinHash: Broder 1997; with one hash for each shingle and bins instead of 48 permutations: Li,
Owen and Zhang, "One Permutation Hashing", NIPS 2012. Bins that stay empty in both say nothing.

To find likely pairs without comparing all, neighbouring bins are put together to bands: texts
that agree in a whole band are compared (Leskovec, Rajaraman and Ullman, "Mining of Massive
Datasets", 3.4). With 16 bands of 3 bins half of the pairs with 35 % of their shingles in common,
nine of ten with 51 % and nearly all with 70 % are found.
"""

import re
import struct
from hashlib import blake2b
from zlib import crc32

from articles.writing import html

BINS = 48
ROWS_OF_A_BAND = 3
BANDS = BINS // ROWS_OF_A_BAND
# In scripts without blanks between words, characters.
SHINGLE_WORDS, SHINGLE_CHARACTERS = 5, 12
# Of the shingles of both texts so many are in both: two thirds of each text.
THRESHOLD = 0.5
LEAST_WORDS = 100
EMPTY = 0xFFFFFFFF
FORMAT = struct.Struct(f"<{BINS}I")
WORD = re.compile(r"[^\W_]+")


def signature(text: str) -> bytes:
    """The signature of ``text``; empty where it is too short to be compared."""
    flat = text.casefold()
    unspaced = html.UNSPACED.search(flat) is not None
    words = [*filter(str.isalnum, flat)] if unspaced else WORD.findall(flat)
    if len(words) < LEAST_WORDS:
        return b""
    encoded = [word.encode() for word in words]
    shingles = map(crc32, encoded)
    for place in range(1, SHINGLE_CHARACTERS if unspaced else SHINGLE_WORDS):
        shingles = map(crc32, encoded[place:], shingles)
    bins = [EMPTY] * BINS
    for shingle in shingles:
        place = shingle % BINS
        if shingle < bins[place]:
            bins[place] = shingle
    return FORMAT.pack(*bins)


def alike(one: bytes, other: bytes) -> float:
    """The estimated share of shingles in common, 0 to 1."""
    if len(one) != FORMAT.size or len(other) != FORMAT.size:
        return 0.0
    bins = zip(FORMAT.unpack(one), FORMAT.unpack(other), strict=True)
    pairs = [pair for pair in bins if pair != (EMPTY, EMPTY)]
    equal = sum(1 for left, right in pairs if left == right)
    return equal / len(pairs)


def shared(alike: float) -> float:
    """The share of each text that is in the other too, for texts of equal length."""
    return 2 * alike / (1 + alike)


def bands(signature: bytes) -> list[int]:
    """A number for each band; texts with one in common are likely to be alike."""
    size = ROWS_OF_A_BAND * 4
    return [
        _hash(place.to_bytes(1) + signature[place * size : (place + 1) * size])
        for place in range(len(signature) // size)
    ]


def _hash(data: bytes) -> int:
    """A number that fits into a column of 64 bits."""
    return int.from_bytes(blake2b(data, digest_size=8).digest(), signed=True)
