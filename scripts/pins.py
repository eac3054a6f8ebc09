"""Pins each package that has an extra without it too: ``python -m scripts.pins LIST``.

pip takes the hash of ``name[extra]==1`` for nothing that asks for ``name`` alone, nor the other
way round, and refuses the list.
"""

import re
import sys
from pathlib import Path

# A pin with its hashes, up to the comment that says who asked for it.
WITH_EXTRA = re.compile(r"^([a-z0-9._-]+)\[[a-z0-9,._-]+\](==.*?)(?=^    # via)", re.M | re.S)


def main() -> None:
    """Change the list in place."""
    file = Path(sys.argv[1])
    text = file.read_text(encoding="utf-8")
    file.write_text(WITH_EXTRA.sub(r"\g<0>\1\2", text), encoding="utf-8")


if __name__ == "__main__":
    main()
