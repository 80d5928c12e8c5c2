"""Steps that a person starts by hand, on a real pseudo-terminal, against the simulator."""

from __future__ import annotations

import os
import pty
import re
import struct
import fcntl
import subprocess
import tempfile
import termios
import unittest
from pathlib import Path

from ends import BUILD, PROGRAMS, Site

QUESTION = "type magento-prod to go on"


class TerminalTests(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.site = Site(Path(folder.name))
        self.addCleanup(self.site.stop)

    def held(self) -> dict[str, object]:
        """What production holds."""
        return next(one for one in self.site.ask("world")["applications"] if one["name"] == "magento-prod")["content"]

    def by_hand(
        self, answer: bytes | None, *arguments: str, step: str = "astra-restore", columns: int = 60, **variables: str
    ) -> tuple[int, str]:
        """Runs a step at a terminal, as no CI system does, and answers its question."""
        own, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        environment = {name: value for name, value in self.site.environment.items() if name not in BUILD}
        environment.pop("DEBUG_APP_NAME", None)
        process = subprocess.Popen(
            [PROGRAMS / step, *arguments], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
            env={**environment, "TERM": "xterm", **variables},
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )  # fmt: skip
        os.close(theirs)
        said = b""
        while True:
            try:
                part = os.read(own, 4096)
            except OSError:
                break
            said += part
            if answer is not None and QUESTION in " ".join(said.decode().split()):
                os.write(own, answer)
                answer = None
        os.close(own)
        return process.wait(), said.decode()

    def test_the_name_goes_on(self) -> None:
        code, said = self.by_hand(b"magento-prod\n")
        self.assertEqual(code, 0, said)
        self.assertEqual(self.held()["version"], "2.4.1-debian-10-r14")
        self.assertIn("\x1b[K", said)
        self.assertIn("ended well after", said)

    def test_another_word_changes_nothing(self) -> None:
        before = self.held()
        code, said = self.by_hand(b"yes\n")
        self.assertEqual(code, 78, said)
        self.assertEqual(self.held(), before)

    def test_an_interrupt_ends_the_question(self) -> None:
        before = self.held()
        code, said = self.by_hand(b"\x03")
        self.assertEqual(code, 130, said)
        self.assertEqual(self.held(), before)
        self.assertTrue(list(self.site.reports.glob("TEST-astra-restore*.xml")))

    def test_nobody_is_asked_in_a_ci_system(self) -> None:
        code, said = self.by_hand(None, CI="true")
        self.assertEqual(code, 0, said)
        self.assertNotIn(QUESTION, " ".join(said.split()))

    def back_up(self, **settings: object) -> list[str]:
        """Backs up at a terminal of 100 columns; the rows that moved."""
        self.site.ask("settings", {"backupSeconds": 5, **settings})
        code, said = self.by_hand(None, "--backup-name", "mine", step="astra-backup", columns=100)
        self.assertEqual(code, 0, said)
        rows = [row for row in said.split("\x1b[K") if "\n" not in row]
        self.assertGreater(len(rows), 5)
        self.assertLess(max(len(row) for row in rows), 102, rows)
        return rows

    def test_percent_grow_while_a_backup_is_made(self) -> None:
        rows = self.back_up()
        seen = [re.search(r': running, (\d+)%, (\d+) (?:MiB|KiB|B) of 768 MiB', row) for row in rows]
        percent = [int(match[1]) for match in seen if match]
        self.assertGreater(len(set(percent)), 3, rows)
        self.assertEqual(percent, sorted(percent), rows)

    def test_a_service_that_tells_none_shows_its_state_alone(self) -> None:
        rows = self.back_up(percentDoneShown=False)
        self.assertTrue(any(row.rstrip("\r").endswith(': running') for row in rows), rows)
        self.assertNotIn("%", "".join(rows))

    def test_the_question_can_be_skipped(self) -> None:
        code, said = self.by_hand(None, "--yes")
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main()
