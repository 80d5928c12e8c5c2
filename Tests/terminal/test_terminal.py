"""A restore that a person starts by hand, on a real pseudo-terminal, against the simulator."""

from __future__ import annotations

import os
import pty
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

    def by_hand(self, answer: bytes | None, *arguments: str, **variables: str) -> tuple[int, str]:
        """Runs the restore at a terminal of 60 columns, as no CI system does, and answers its question."""
        own, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        environment = {name: value for name, value in self.site.environment.items() if name not in BUILD}
        environment.pop("DEBUG_APP_NAME", None)
        process = subprocess.Popen(
            [PROGRAMS / "astra-restore", *arguments], stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
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

    def test_the_question_can_be_skipped(self) -> None:
        code, said = self.by_hand(None, "--yes")
        self.assertEqual(code, 0, said)


if __name__ == "__main__":
    unittest.main()
