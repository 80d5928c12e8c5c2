"""The pages of every end, as judges that nobody here wrote see them: html5lib, Chromium, axe-core."""

from __future__ import annotations

import concurrent.futures
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

import html5lib

import ends
from browser import Browser

WIDTHS = (360, 820, 1280)
# The pages that hold every kind of block; the others are looked at once.
THOROUGH = ("success", "clone-failed", "hostile")


class PagesTest(unittest.TestCase):
    """Makes each end once, all at the same time, and opens one browser."""

    @classmethod
    def setUpClass(cls) -> None:
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        base = Path(folder.name)
        with concurrent.futures.ThreadPoolExecutor(len(ends.ENDS)) as pool:
            made = {name: pool.submit(ends.make, name, base / name) for name in ends.ENDS}
            browser = pool.submit(Browser)
            cls.pages = {name: future.result() / "post-mortem.html" for name, future in made.items()}
            cls.browser = browser.result()
        cls.addClassCleanup(cls.browser.close)

    def verdict(self, name: str) -> str:
        twin = self.pages[name].with_suffix(".md").read_text()
        return "\n".join(line[2:] for line in twin.splitlines() if line.startswith("> "))

    def test_each_end_is_told_in_three_sentences(self) -> None:
        told = {
            "success": ("answered 500", "production was restored from backup", "Find the cause in the clone"),
            "success-trident-protect": ("answered 500", "production was restored from backup", "Find the cause in the clone"),
            "success-velero": ("answered 500", "production was restored from backup", "Find the cause in the clone"),
            "restore-failed-velero": ("answered 500", "the restore of production", "Run astra-restore again"),
            "clone-failed": ("answered 500", "kept in the snapshot", "make a clone of the snapshot"),
            "restore-failed": ("answered 500", "the restore of production", "Run astra-restore again"),
            "deadline": ("answered 500", "its end was not seen", "Run astra-clone again in the same run"),
            "refused": ("answered 500", "nothing of it was overwritten", "what astra-restore refused to risk"),
            "token-revoked": ("answered 500", "exit code 77", "Give the pipeline a token that is accepted"),
            "unreachable": ("answered 500", "exit code 69", "See that the service can be reached again"),
            "killed": ("answered 500", "its end was not seen", "astra-clone was cut off"),
            "dry-run": ("no step looked at the page", "this was a rehearsal", "without --dry-run"),
            "empty": ("This cannot be told", "Nothing, as far as", "whether the steps ran at all"),
            "hostile": ("no step looked at the page", "could not be read", "make a clone of the snapshot"),
        }
        self.assertEqual(set(told), set(self.pages))
        for name, words in told.items():
            with self.subTest(end=name):
                sentences = self.verdict(name).splitlines()
                self.assertEqual(len(sentences), 3)
                for sentence, word in zip(sentences, words):
                    self.assertIn(word, sentence)

    def test_no_page_speaks_of_another_service(self) -> None:
        names = {"velero": "Velero", "trident-protect": "Trident protect", "astra-control": "Astra Control"}
        for end in ("success", "success-trident-protect", "success-velero", "restore-failed-velero"):
            service = next((one for one in names if end.endswith(one)), "astra-control")
            twin = self.pages[end].with_suffix(".md").read_text()
            with self.subTest(end=end):
                self.assertIn(names[service], twin)
                for other in set(names) - {service}:
                    self.assertNotIn(names[other], twin)

    def test_the_volumes_of_before_are_named(self) -> None:
        values = (self.pages["success-velero"].parent / "astra-restore.json").read_text()
        volumes = re.findall(r"pvc-[0-9a-f-]+", (self.pages["success-velero"].parent / "TEST-astra-restore.xml").read_text())
        self.assertTrue(volumes, values)
        twin = self.pages["success-velero"].with_suffix(".md").read_text()
        for volume in volumes:
            self.assertIn(volume, twin)

    def test_the_documents_are_valid_html(self) -> None:
        for page in self.pages.values():
            parser = html5lib.HTMLParser(strict=True)
            document = parser.parse(page.read_bytes())
            self.assertEqual(parser.errors, [], page)
            ids = [element.get("id") for element in document.iter() if element.get("id")]
            self.assertEqual(len(ids), len(set(ids)))

    def test_nothing_is_fetched_and_nothing_complains(self) -> None:
        for page in self.pages.values():
            self.browser.requests()
            self.browser.complaints()
            self.browser.look(page, 820, script=False)
            self.assertEqual(self.browser.requests(), [page.absolute().as_uri()])
            self.assertEqual(self.browser.complaints(), [], page)

    def test_no_width_cuts_anything_off(self) -> None:
        for name, page in self.pages.items():
            for width in WIDTHS if name in THOROUGH else WIDTHS[:1]:
                self.browser.look(page, width)
                self.assertEqual(self.browser.beyond(), [], f"{name} at {width}")

    def test_it_looks_different_in_the_dark(self) -> None:
        grounds = []
        for dark in (False, True):
            self.browser.look(self.pages["success"], 820, dark=dark)
            color = self.browser.driver.execute_script("return getComputedStyle(document.body).backgroundColor")
            grounds.append(sum(map(int, re.findall(r"\d+", color)[:3])))
            self.assertEqual(self.browser.picture()[8:12], b"WEBP")
        self.assertGreater(grounds[0], 600)
        self.assertLess(grounds[1], 150)

    def test_print_keeps_all_of_it(self) -> None:
        for name in THOROUGH:
            page = self.pages[name]
            self.browser.look(page, 820)
            pdf = page.with_suffix(".pdf")
            pdf.write_bytes(self.browser.print())
            text = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, stdout=subprocess.PIPE).stdout.decode()
            self.assertIn("What this page was made of", text)
            self.assertIn("What to do next:", text)
            # As wide as the paper: nothing stands beyond its margin.
            self.browser.look(page, 718, medium="print")
            self.assertEqual(self.browser.beyond(), [], name)

    def test_axe_finds_nothing(self) -> None:
        looks = ((1280, False), (820, True), (360, False))
        for number, (name, page) in enumerate(self.pages.items()):
            for width, dark in looks if name == "success" else [looks[number % len(looks)]]:
                self.browser.look(page, width, dark=dark)
                self.assertEqual(self.browser.barriers(), [], f"{name} at {width}, {'dark' if dark else 'light'}")

    def test_the_judges_see_what_is_wrong(self) -> None:
        page = self.pages["success"].with_name("wrong.html")
        text = self.pages["success"].read_text()
        wrong = '<p style="width: 2000px; color: #ccc; background: #fff">faint</p><img src="http://192.0.2.1/a.png"></b>'
        page.write_text(text.replace("default-src 'none'", "default-src *").replace("</main>", f"{wrong}</main>"))
        with self.assertRaises(html5lib.html5parser.ParseError):
            html5lib.HTMLParser(strict=True).parse(page.read_bytes())
        self.browser.requests()
        self.browser.look(page, 360)
        self.assertIn("http://192.0.2.1/a.png", self.browser.requests())
        self.assertEqual(len([one for one in self.browser.beyond() if "faint" in one]), 1)
        rules = {one.split(":")[0] for one in self.browser.barriers()}
        self.assertLessEqual({"color-contrast", "image-alt"}, rules)

    def test_markup_in_names_stays_text(self) -> None:
        page = self.pages["hostile"]
        self.browser.look(page, 820)
        heading = self.browser.driver.execute_script("return document.querySelector('h1').textContent")
        self.assertEqual(heading, f"Post-mortem of {ends.HOSTILE_NAME}")
        self.assertEqual(self.browser.driver.execute_script("return document.scripts.length"), 0)

    def test_a_click_selects_a_whole_command(self) -> None:
        self.browser.look(self.pages["success"], 820)
        selected = self.browser.driver.execute_script(
            "return getComputedStyle(document.querySelector('pre code')).userSelect"
        )
        self.assertEqual(selected, "all")


if __name__ == "__main__":
    unittest.main()
