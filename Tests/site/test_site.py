"""Judges the documentation as a site: that it can be built, and that whoever reads it gets everywhere."""

from __future__ import annotations

import json
import re
import tempfile
import unittest
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
from markdown_it import MarkdownIt

from built import NOWHERE, PROJECT, address, build, copy_of_the_pages, navigation, site, words

# Markdown files below docs/ that are no pages of the site.
EXCEPTIONS: set[str] = set()
# What loads something by itself, and the attribute that says from where. A link is followed by a person, and is not meant.
LOADING = {
    "script": ["src"], "link": ["href"], "img": ["src", "srcset"], "source": ["src", "srcset"], "iframe": ["src"],
    "video": ["src", "poster"], "audio": ["src"], "embed": ["src"], "object": ["data"], "use": ["href"], "image": ["href"],
    "input": ["src"], "base": ["href"], "form": ["action"],
}  # fmt: skip
OF_ANOTHER_HOST = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.I)
IN_A_STYLE = re.compile(r"url\(\s*['\"]?([^'\")]*)|@import\s+['\"]([^'\"]*)", re.I)


def hosts_of_style(style: str) -> list[str]:
    found = [first or second for first, second in IN_A_STYLE.findall(style)]
    return [place for place in found if OF_ANOTHER_HOST.match(place)]


class Building(unittest.TestCase):
    def test_it_is_built_without_a_warning(self) -> None:
        self.assertEqual(site().result.returncode, 0, site().result.stdout)
        self.assertNotIn("WARNING", site().result.stdout)

    def test_what_leads_nowhere_is_an_error(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            project = Path(folder) / "project"
            copy_of_the_pages(project)
            page = project / "docs" / "terms.md"
            page.write_text(page.read_text() + "\n[a](no-such-page.md) [b](steps.md#no-such-heading) [c](no-such-folder)\n")
            (project / "docs" / "in-no-contents.md").write_text("# In no contents\n")
            result = build(Path(folder) / "site", project)
        self.assertEqual(result.returncode, 1, result.stdout)
        for name in ("no-such-page.md", "no-such-heading", "no-such-folder"):
            self.assertRegex(result.stdout, rf"(?m)^WARNING.*{re.escape(name)}")
        self.assertRegex(result.stdout, r"(?m)^WARNING.*not included in the \"nav\".*\n  - docs/in-no-contents\.md")

    def test_every_page_of_the_documentation_is_in_the_contents(self) -> None:
        listed = navigation()
        self.assertEqual(len(listed), len(set(listed)), "a page is listed twice")
        there = {str(path.relative_to(PROJECT)) for path in (PROJECT / "docs").rglob("*.md")}
        self.assertGreater(len(there), 50)
        self.assertEqual(there - set(listed), EXCEPTIONS)
        self.assertEqual({path for path in listed if path.startswith("docs/")} - there, set())
        self.assertEqual(listed[0], "README.md")
        self.assertEqual({address(path) for path in listed} | {NOWHERE}, set(site().pages))


class Reading(unittest.TestCase):
    def test_every_link_leads_to_a_file_and_to_a_name_in_it(self) -> None:
        count = 0
        for page in site().pages.values():
            places = [element.get(name) for element in page.root.iter() for name in LOADING.get(str(element.tag), [])]
            for link in page.links() + [place for place in places if place and not place.startswith("data:")]:
                target = page.target(link)
                if target is None:
                    continue
                count += 1
                path, name = target
                with self.subTest(page=page.path, link=link):
                    self.assertTrue((site().folder / path).is_file(), path)
                    if name and path in site().pages:
                        self.assertIn(name, site().pages[path].ids)
        self.assertGreater(count, 3000)

    def test_every_page_has_a_title_of_its_own(self) -> None:
        titles = set()
        for page in site().pages.values():
            if page.path == NOWHERE:
                continue
            with self.subTest(page=page.path):
                title = words(next(page.root.iter("title")))
                headings = [words(heading) for heading in page.root.iter("h1")]
                self.assertEqual(len(headings), 1, headings)
                self.assertTrue(headings[0])
                self.assertTrue(title.endswith("astra-steps"), title)
                self.assertNotIn(title, titles)
                titles.add(title)

    def test_every_page_is_reached_from_the_front_page_through_the_texts_alone(self) -> None:
        # As on GitHub, where there are no contents beside the text.
        reached, ahead = {"index.html"}, ["index.html"]
        while ahead:
            page = site().pages[ahead.pop()]
            for link in page.links(page.text):
                target = page.target(link)
                if target and target[0] in site().pages and target[0] not in reached:
                    reached.add(target[0])
                    ahead.append(target[0])
        self.assertEqual(set(site().pages) - reached, {NOWHERE})

    def test_the_search_knows_every_page(self) -> None:
        index = json.loads((site().folder / "search" / "search_index.json").read_text())
        found = set()
        for entry in index["docs"]:
            path, _, name = entry["location"].partition("#")
            path = path or "index.html"
            self.assertIn(path, site().pages)
            self.assertTrue(not name or name in site().pages[path].ids, entry["location"])
            found.add(path)
        self.assertEqual(set(site().pages) - found, {NOWHERE})
        texts = [entry["text"] for entry in index["docs"] if entry["location"].startswith("docs/exit-codes.html")]
        self.assertIn("65", " ".join(texts))


class Hosts(unittest.TestCase):
    def test_no_page_loads_anything_from_another_host(self) -> None:
        count = 0
        for page in site().pages.values():
            for element in page.root.iter():
                styles = [element.get("style") or ""] + ([element.text or ""] if element.tag == "style" else [])
                places = [element.get(name) or "" for name in LOADING.get(str(element.tag), [])]
                count += len([place for place in places if place])
                for place in places:
                    self.assertNotRegex(place, r"^" + OF_ANOTHER_HOST.pattern, page.path)
                self.assertEqual([host for style in styles for host in hosts_of_style(style)], [], page.path)
                # The theme would fetch a program for it.
                self.assertNotIn("mermaid", (element.get("class") or "").split(), page.path)
        self.assertGreater(count, 200)

    def test_no_style_or_picture_loads_anything_from_another_host(self) -> None:
        files = site().files(".css") + site().files(".svg")
        self.assertGreater(len(files), 4)
        for path in files:
            text = path.read_text()
            self.assertEqual(hosts_of_style(text), [], path)
            if path.suffix == ".svg":
                self.assertNotRegex(text, r"(?:href|src)\s*=\s*['\"](?:[a-z]+:)?//", path)

    def test_a_policy_in_each_page_lets_a_browser_ask_nobody_else(self) -> None:
        for page in site().pages.values():
            head = next(page.root.iter("head"))
            first = next(element for element in head if element.tag != "meta" or element.get("http-equiv"))
            with self.subTest(page=page.path):
                self.assertEqual(first.get("http-equiv"), "Content-Security-Policy")
                policy = dict(part.split(None, 1) for part in first.get("content", "").split(";"))
                self.assertEqual(policy["default-src"].split(), ["'self'", "'unsafe-inline'", "data:"])
                for places in policy.values():
                    self.assertLessEqual(set(places.split()), {"'self'", "'none'", "'unsafe-inline'", "data:", "blob:"})


class Markdown(unittest.TestCase):
    """MkDocs reads Markdown in a dialect of its own. Another reader follows the standard, as GitHub does."""

    def test_each_page_has_what_github_shows(self) -> None:
        standard = MarkdownIt("commonmark").enable("table")
        count = 0
        for path in navigation():
            there = html5lib.parse(standard.render((PROJECT / path).read_text()), namespaceHTMLElements=False)
            expected, found = self.blocks(there), self.blocks(site().pages[address(path)].text)
            count += len(expected)
            with self.subTest(page=path):
                self.assertEqual(found, expected)
        self.assertGreater(count, 3000)

    @staticmethod
    def blocks(root: Element) -> list[tuple[str, str]]:
        """Headings, paragraphs, items, cells and blocks of code, with their texts; and code in the text."""
        found = []

        def look(element: Element, inside: str) -> None:
            tag = str(element.tag)
            if tag in ("h1", "h2", "h3", "h4", "li", "td", "th", "pre", "blockquote") or (tag in ("p", "code") and inside != "pre"):
                # Whether an item holds a paragraph is a matter of the space around it.
                if not (tag == "p" and inside == "li"):
                    found.append((tag, words(element)))
            for child in element:
                look(child, tag if tag in ("pre", "li") else inside)

        look(root, "")
        return found


if __name__ == "__main__":
    unittest.main()
