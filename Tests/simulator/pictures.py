"""Makes the picture of the simulator's page that docs/simulator.md shows (docs/screenshots)."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from browser import Browser
from worlds import Page, World, until

LARGEST = 80_000


def main(target: Path) -> int:
    browser = Browser(takes_any_certificate=True)
    try:
        with tempfile.TemporaryDirectory() as folder:
            world = World(Path(folder), "astra-control")
            try:
                world.client()
                world.begin_backup("before-2-4-3")
                world.ask("advance", {"seconds": 1500})
                world.ask("operationFault", {"kind": "restore", "effect": "fails"})
                page = Page(browser, world, 1000)
                until(lambda: page.rows("operations") and page.faults(), "all of it is shown")
                picture = browser.picture(1300, quality=60)
                page.leave()
            finally:
                world.site.stop()
    finally:
        browser.close()
    if len(picture) > LARGEST:
        print(f"error: the picture has {len(picture)} bytes, and no more than {LARGEST} are wanted", file=sys.stderr)
        return 1
    (target / "simulator-page.webp").write_bytes(picture)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
