"""The simulator's page, as a person and judges that nobody here wrote see it: Chromium, html5lib, axe-core."""

from __future__ import annotations

import json
import tempfile
import unittest
from pathlib import Path
from typing import Any, Callable

import html5lib

from browser import Browser
from worlds import SERVICES, Page, World, product, until

HOSTILE = '<script>document.title = "owned"</script><img src=x onerror="document.title=1">&amp;'
MANY = 10_000


class PageCase(unittest.TestCase):
    """One browser for all tests, and a world of its own for each."""

    browser: Browser

    @classmethod
    def setUpClass(cls) -> None:
        cls.browser = Browser(takes_any_certificate=True)
        cls.addClassCleanup(cls.browser.close)

    def world(self, service: str, bend: Callable[[dict[str, Any]], None] = lambda scenario: None) -> World:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        world = World(Path(folder.name), service, bend)
        self.addCleanup(world.site.stop)
        return world

    def open(self, world: World, width: int = 1280, dark: bool = False) -> Page:
        page = Page(self.browser, world, width, dark)
        self.addCleanup(page.leave)
        return page


class Showing(PageCase):
    def test_it_shows_what_the_world_holds(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                self.assertEqual(world.client(), 200)
                page = self.open(world)
                there = world.ask("world")
                self.assertEqual([row[0] for row in page.rows("applications")], [one["name"] for one in there["applications"]])
                shop, blog = page.row("applications", "magento-prod"), page.row("applications", "wordpress")
                self.assertEqual(shop[1:4], ["ocp-prod\nmagento-prod", "ready", "2.4.2-debian-10-r14\nbroken"])
                self.assertIn("5 rows\n… order-1003, order-1004-after-the-upgrade, order-1005-after-the-upgrade", shop[4])
                self.assertEqual(shop[5], f"{there['applications'][0]['address']}\n500")
                self.assertTrue(blog[5].endswith("\n200, it is well"), blog)
                points = {one["name"] for one in there["backups"] + there["snapshots"]}
                self.assertEqual({row[0].split("\n")[0] for row in page.rows("points")}, points)
                self.assertEqual(page.row("points", "nightly-0213")[1:], ["magento-prod", "8 hours", "completed", "2.4.1-debian-10-r14, 3 rows"])  # fmt: skip
                self.assertEqual(page.rows("requests")[0][2], "200")
                self.assertTrue(page.rows("requests")[0][1].startswith("GET /"), page.rows("requests"))
                titles = {"astra-control": "Astra Control, v2", "trident-protect": "with Trident protect", "velero": "with Velero"}
                self.assertIn(titles[service], page.text("service"))

    def test_it_is_live_without_being_loaded_again(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                page = self.open(world)
                page.run("window.mark = 'the same page'")
                world.ask("deploy", {"application": "wordpress", "version": "7-beta", "broken": True, "rows": ["post-9"]})
                until(lambda: page.row("applications", "wordpress")[3] == "7-beta\nbroken", "the new release is shown")
                self.assertEqual(page.row("applications", "wordpress")[4], "1 row\n… post-9")
                until(lambda: page.row("applications", "wordpress")[5].endswith("\n500"), "the page is seen to be broken")
                self.assertEqual(page.rows("journal")[0][1:], ["deployed", "wordpress\napplication"])
                self.assertEqual(page.run("return window.mark"), "the same page")

    def test_names_are_text_whatever_they_are(self) -> None:
        def bend(scenario: dict[str, Any]) -> None:
            product(scenario)["applications"][1]["content"] = {"version": HOSTILE, "rows": [HOSTILE]}
            if product(scenario) is scenario:
                scenario["applications"][1]["name"] = HOSTILE

        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service, bend)
                world.status(f"nothing/{HOSTILE}".replace(" ", "%20"))
                page = self.open(world)
                row = page.rows("applications")[1]
                self.assertEqual(row[3], f"{HOSTILE}\nwell")
                self.assertEqual(row[4], f"1 row\n… {HOSTILE}")
                if service == "astra-control":
                    self.assertEqual(row[0], HOSTILE)
                    # What a control request says of it is text too.
                    page.run("document.getElementById('filter').value = arguments[0]", HOSTILE)
                self.assertEqual(page.run("return [document.scripts.length, document.images.length]"), [1, 0])
                self.assertTrue(page.run("return document.title").startswith("Simulator: "))
                self.assertEqual(self.browser.complaints(), [])

    def test_many_applications_are_no_burden(self) -> None:
        def bend(scenario: dict[str, Any]) -> None:
            if "kubernetes" not in scenario:
                scenario["fleets"] = [{"prefix": "shop-", "count": MANY, "clusters": ["ocp-prod"], "backups": 2}]
                return
            product(scenario)["applications"] += [
                {"name": f"shop-{number:05}", "cluster": "ocp-debug"} for number in range(1, MANY + 1)
            ]

        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service, bend)
                page = self.open(world)
                self.assertIn("10,004 applications: the first 100 are shown, and there are 9,904 more", page.text("n-applications"))
                self.assertEqual(len(page.rows("applications")), 100)
                # However many there are, a look asks for as much.
                self.assertLess(len(json.dumps(world.ask("overview"))), 200_000)
                find = "const box = document.getElementById('filter'); box.value = arguments[0]; box.dispatchEvent(new Event('input'))"
                page.run(find, "SHOP-09876")
                until(lambda: page.text("n-applications") == "1 application", "one is found")
                self.assertEqual([row[0] for row in page.rows("applications")], ["shop-09876"])
                page.run(find, "no such name")
                until(lambda: page.text("n-applications") == "0 applications", "none is found")
                page.run(find, "")
                until(lambda: len(page.rows("applications")) == 100, "all are shown again")
                self.assertEqual(self.browser.complaints(), [])


class Meddling(PageCase):
    def test_an_operation_is_shown_and_driven(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                page = self.open(world)
                world.begin_backup("by-hand")
                until(lambda: page.rows("operations"), "the backup is under way")
                what = "backup of magento-prod (by-hand)"
                self.assertEqual(page.rows("operations")[0][0], what)
                progress = "return document.querySelector('#operations progress').value"
                # Whoever holds a button keeps it while the row moves.
                page.run("document.querySelector('#operations button').focus()")
                before = page.run(progress)
                page.submit("advance", seconds=1800)
                until(lambda: page.run(progress) > before + 0.3, "half of it is done")
                self.assertEqual(page.run("return document.activeElement.getAttribute('aria-label')"), f"complete the {what}")
                page.press(f"stall the {what}")
                until(lambda: "stalled" in page.rows("operations")[0][1], "it is stalled")
                page.press(f"complete the {what}")
                until(lambda: not page.rows("operations"), "it is over")
                until(lambda: page.row("points", "by-hand")[3:4] == ["completed"], "the backup is there")

    def test_a_fault_that_is_switched_on_hits_the_next_operation(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                page = self.open(world)
                self.assertEqual(page.text("n-faults"), "No fault is on.")
                page.submit("operation-fault", kind="backup", effect="fails")
                until(lambda: page.faults() == ["backup number 1: fails"], "the fault is shown")
                page.submit("operation-fault", kind="backup", effect="stalls")
                until(lambda: len(page.faults()) == 2, "there are two")
                self.assertIn("backup number 2: stalls", page.faults())
                page.press("Take off: backup number 2: stalls")
                until(lambda: len(page.faults()) == 1, "one was taken off")
                world.begin_backup("unlucky")
                page.submit("advance", seconds=7200)
                until(lambda: page.row("points", "unlucky")[3:4] == ["failed"], "the backup has failed")
                until(lambda: page.text("n-faults") == "No fault is on.", "the fault is spent")

    def test_a_fault_that_is_switched_on_hits_the_next_request(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                page = self.open(world)
                self.assertEqual(world.client(), 200)
                page.submit("response-fault", method="*", path="*", status="503", count="3")
                until(lambda: len(page.faults()) == 1, "the fault is shown")
                self.assertEqual(page.faults()[0].split(", from")[0], "any method at any path: 503 for 3 requests")
                self.assertEqual(world.client(), 503)
                until(lambda: page.rows("requests")[0][2] == "503", "the refusal is shown")
                self.assertEqual(len(page.faults()), 1)
                page.press(f"Take off: {page.faults()[0]}")
                until(lambda: not page.faults(), "it was taken off")
                self.assertEqual(world.client(), 200)
                # One of its own path, which is spent after its request.
                paths = {"astra-control": "k8s/v2/apps", "trident-protect": "apis/protect.trident.netapp.io/*", "velero": "apis/velero.io/*"}
                path = paths[service]
                page.submit("response-fault", method="GET", path=path, status="429", count="1")
                until(lambda: len(page.faults()) == 1, "the second is shown")
                self.assertEqual([world.client(), world.client()], [429, 200])
                until(lambda: not page.faults(), "it is spent")

    def test_the_token_is_revoked_and_given_back(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                page = self.open(world)
                page.press("Revoke it")
                until(lambda: page.faults() == ["the token is revoked"], "it is shown")
                self.assertEqual(world.client(), 401)
                page.press("Take off: the token is revoked")
                until(lambda: not page.faults(), "it is given back")
                self.assertEqual(world.client(), 200)

    def test_the_service_itself_is_disturbed(self) -> None:
        names = {
            "astra-control": "the licence has expired",
            "trident-protect": "the controller is away",
            "velero": "the server is away",
        }
        for service, name in names.items():
            with self.subTest(service=service):
                world = self.world(service)
                page = self.open(world)
                box = f"document.querySelector('#switches input[name=\"{name}\"]')"
                page.run(f"{box}.click()")
                until(lambda: page.faults() == [name], "it is on")
                if service != "astra-control":
                    world.begin_backup("unseen")
                    self.assertEqual(world.ask("overview")["operations"]["matching"], 0)
                else:
                    with self.assertRaises(AssertionError):
                        world.begin_backup("unlicensed")
                page.press(f"Take off: {name}")
                until(lambda: not page.faults(), "it is off")
                self.assertFalse(page.run(f"return {box}.checked"))

    def test_what_is_refused_is_said(self) -> None:
        world = self.world("astra-control")
        page = self.open(world)
        page.run("document.querySelector('#advance input').min = ''")
        page.submit("advance", seconds=-1)
        until(lambda: "body.seconds must be 0 or more" in page.text("notice"), "the refusal is shown")
        page.submit("advance", seconds=1)
        until(lambda: page.text("notice") == "", "the notice has gone")


class Judging(PageCase):
    def test_it_is_valid_html(self) -> None:
        world = self.world("astra-control")
        parser = html5lib.HTMLParser(strict=True)
        document = parser.parse(world.site.send("/_simulator/")[1])
        self.assertEqual(parser.errors, [])
        ids = [element.get("id") for element in document.iter() if element.get("id")]
        self.assertEqual(len(ids), len(set(ids)))

    def test_the_policy_stops_what_would_get_in(self) -> None:
        page = self.open(self.world("astra-control"))
        page.run(
            "const script = document.createElement('script'); script.textContent = 'window.owned = true';"
            "const image = document.createElement('img'); image.alt = ''; image.src = 'https://192.0.2.1/a.png';"
            "const form = document.createElement('form'); form.action = 'https://192.0.2.1/'; form.method = 'post';"
            "document.body.append(script, image, form); form.submit()"
        )
        self.assertIsNone(page.run("return window.owned ?? null"))
        said: list[str] = []

        def refused() -> bool:
            said.extend(self.browser.complaints())
            return all(any(part in one and "Content Security Policy" in one for one in said) for part in ("script-src", "img-src", "form-action"))

        until(refused, "the browser tells what it has refused")

    def test_nothing_of_elsewhere_is_loaded_and_nothing_complains(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                page = self.open(world)
                page.submit("operation-fault", kind="backup", effect="fails")
                until(page.faults, "the fault is shown")
                requests = [one for one in self.browser.requests() if not one.startswith("data:")]
                self.assertGreater(len(requests), 4)
                self.assertEqual([one for one in requests if not one.startswith(world.address)], [])
                self.assertEqual(self.browser.complaints(), [])

    def test_axe_finds_nothing_and_no_width_cuts_anything_off(self) -> None:
        for service in SERVICES:
            world = self.world(service)
            world.begin_backup("under-way")
            world.ask("operationFault", {"kind": "clone", "effect": "fails"})
            world.ask("deploy", {"application": "wordpress", "version": "wide" * 60, "rows": ["row" * 80]})
            world.client()
            for width, dark in ((1280, False), (820, True), (360, False), (320, True)):
                with self.subTest(service=service, width=width, dark=dark):
                    page = self.open(world, width, dark)
                    until(lambda: page.rows("operations"), "the operation is shown")
                    self.assertEqual(self.browser.barriers(), [])
                    self.assertEqual(self.browser.beyond(), [])
                    self.assertLessEqual(page.run("return document.documentElement.scrollWidth"), width)

    def test_the_judges_see_what_is_wrong(self) -> None:
        page = self.open(self.world("astra-control"), 360)
        page.run(
            "const wrong = document.createElement('p'); wrong.textContent = 'faint';"
            "wrong.style.cssText = 'width: 2000px; color: #ccc; background: #fff'; document.querySelector('main').append(wrong);"
            "console.error('loud')"
        )
        self.assertIn("color-contrast", {one.split(":")[0] for one in self.browser.barriers()})
        self.assertEqual(len([one for one in self.browser.beyond() if "faint" in one]), 1)
        self.assertIn("loud", " ".join(self.browser.complaints()))

    def test_it_looks_different_in_the_dark(self) -> None:
        world = self.world("astra-control")
        grounds = []
        for dark in (False, True):
            page = self.open(world, 820, dark)
            color = page.run("return getComputedStyle(document.body).backgroundColor")
            grounds.append(sum(int(part) for part in color.strip("rgb()").split(",")[:3]))
        self.assertGreater(grounds[0], 600)
        self.assertLess(grounds[1], 150)


class Guarding(PageCase):
    def test_another_page_of_the_browser_can_change_nothing(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                there = world.ask("world")
                # A page of this machine, and as near to the simulator as any can be.
                self.browser.look(f"http://{there['applications'][1]['address']}/", 820)
                done = self.browser.driver.execute_async_script(
                    "const [address, body, done] = arguments;"
                    "fetch(address, {method: 'POST', mode: 'no-cors', body}).then(a => done(a.type), e => done(String(e)))",
                    f"{world.address}deploy",
                    json.dumps({"application": "wordpress", "version": "owned"}),
                )
                # It was sent, and its answer is nobody's to read.
                self.assertEqual(done, "opaque")
                self.browser.driver.get("about:blank")
                after = world.ask("world")
                self.assertEqual(after["journal"], there["journal"])
                self.assertNotIn("owned", json.dumps(after))

    def test_a_request_of_another_origin_is_refused(self) -> None:
        for service in SERVICES:
            world = self.world(service)
            own = world.site.origin
            host = own.removeprefix("https://")
            port = host.split(":")[1]
            for headers, status in (
                ({}, 200),
                ({"Origin": own}, 200),
                ({"Origin": own, "Sec_Fetch_Site": "same-origin"}, 200),
                ({"Origin": f"https://localhost:{port}", "Host": f"localhost:{port}"}, 200),
                ({"Origin": "null"}, 403),
                ({"Origin": "https://example.com"}, 403),
                ({"Origin": f"http://{host}"}, 403),
                ({"Origin": f"{own}0"}, 403),
                ({"Sec_Fetch_Site": "cross-site"}, 403),
                ({"Sec_Fetch_Site": "same-site"}, 403),
                # A name of somebody else's that leads to this machine.
                ({"Origin": f"https://evil.example:{port}", "Host": f"evil.example:{port}"}, 403),
                ({"Sec_Fetch_Site": "same-origin", "Host": f"evil.example:{port}"}, 403),
                ({"Sec_Fetch_Site": "same-origin", "Host": f"127.0.0.1.evil.example:{port}"}, 403),
            ):
                with self.subTest(service=service, headers=headers):
                    before = world.ask("world")["now"]
                    self.assertEqual(world.status("advance", {"seconds": 1_000_000}, **headers), status)
                    self.assertEqual(world.ask("world")["now"] - before >= 1_000_000, status == 200)
                    self.assertEqual(world.status("world", **headers), status)

    def test_the_root_leads_browsers_to_the_page_and_nobody_else(self) -> None:
        for service in SERVICES:
            with self.subTest(service=service):
                world = self.world(service)
                self.browser.look(f"{world.site.origin}/", 820)
                self.assertEqual(self.browser.driver.current_url, world.address)
                self.browser.driver.get("about:blank")
                self.assertIn(world.site.send("/", headers={"Accept": "application/json"})[0], (401, 403))


if __name__ == "__main__":
    unittest.main()
