"""The vendored front-end packages are the ones that their README names."""

import hashlib
import re
from pathlib import Path


def test_it_ships_the_named_files_with_their_licences(project_folder: Path) -> None:
    vendor = project_folder / "static/vendor"
    rows = re.findall(r"`([^`]+/[^`]+)` \| `([0-9a-f]{64})`", (vendor / "README.md").read_text())
    assert len(rows) == 8
    for name, checksum in rows:
        content = (vendor / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == checksum, name
        assert b"sourceMappingURL" not in content
        assert (vendor / name.split("/")[0] / "LICENSE").is_file()
    files = (path for path in vendor.glob("*/**/*") if path.is_file())
    shipped = {str(path.relative_to(vendor)) for path in files}
    named = {name for name, _checksum in rows}
    assert {name for name in shipped if not name.endswith("LICENSE")} == named
