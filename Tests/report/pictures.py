"""Makes the pictures that the documentation shows (docs/screenshots)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import ends
from browser import Browser

# Of which end, how wide, how much of it, light or dark.
PICTURES = {
    "success": (900, 1500, False),
    "restore-failed": (400, 1300, True),
}
LARGEST = 150_000


def main(target: Path) -> int:
    browser = Browser()
    total = 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            for name, (width, height, dark) in PICTURES.items():
                reports = ends.make(name, Path(folder) / name)
                browser.look(reports / "post-mortem.html", width, dark=dark)
                picture = browser.picture(height, quality=60)
                (target / f"post-mortem-{name}.webp").write_bytes(picture)
                total += len(picture)
    finally:
        browser.close()
    if total >= LARGEST:
        print(f"error: the pictures have {total} bytes together, and no more than {LARGEST} are wanted", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
