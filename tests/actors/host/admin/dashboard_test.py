#!/usr/bin/env python3
"""Tests the dashboard in a headless Chromium. dashboard_test.py URL FOLDER: URL is that of a running admin server that can
be read without a token; FOLDER takes the screenshots. Needs chromium, chromium-driver, and selenium from PyPI.

Most checks use the server's own answers. States that a server cannot be brought into from outside (drops, a directory that is
gone, no answer, names with markup) are made in the browser: a function in front of fetch alters the answers.
Ends with "N passed, N failed"; exits 1 if a check failed.
"""
import base64
import json
import pathlib
import re
import shutil
import sys
import urllib.request

from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service as ChromeService
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

SECONDS = 20  # at most, until the page shows what is expected
UNITS = {unit: 1024**power for power, unit in enumerate(("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"))}
FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]"
ROLES_TO_NAME = {"button", "link", "textbox", "slider", "DisclosureTriangle", "combobox", "checkbox", "radio", "table"}

# A number that a later version adds needs a place on the page, or here. The limits of the queue are shown, if there, as texts.
NOT_SHOWN = {"version", "time_ms", "configured_max_size_bytes", "writer_queue_max_blocks", "writer_queue_max_bytes"}
NAMESPACE_COLUMNS = ("hits", "misses", "hot_cache_size_bytes", "total_size_bytes", "ledger.offered.blocks", "ledger.persisted.blocks",
                     "ledger.dropped.*.blocks", "lost.blocks")

# Stands in front of fetch: keeps each snapshot by its time, counts, and alters answers. `alter(path, answer, asked)` returns the
# answer, or {status, error}, or throws.
IN_FRONT_OF_FETCH = """
window.seen = {snapshots: {}, polls: 0, asked: [], shift: 0, down: false};
new PerformanceObserver((list) => { for (const entry of list.getEntries()) if (!entry.hadRecentInput) seen.shift += entry.value; })
  .observe({type: "layout-shift", buffered: true});
const alter = ALTER, asked = window.fetch.bind(window);
window.fetch = async (path, options) => {
  seen.asked.push(path);
  if (seen.down) throw new TypeError("Failed to fetch");
  const answer = await asked(path, options);
  const altered = alter(path, await answer.json(), options);
  if (path.includes("stats") && !altered.status) { seen.snapshots[altered.time_ms] = altered; ++seen.polls; }
  return new Response(JSON.stringify(altered), {status: altered.status ?? answer.status});
};
"""
AS_IT_IS = "(path, answer) => answer"
# In each of the last five steps of the history, 7 blocks are dropped.
WITH_DROPS = """(path, answer) => {
  if (path.includes("history") && answer.time_ms.length > 0)
    for (const [figure, each] of [["ledger.dropped.late_full.blocks", 7], ["ledger.dropped.late_full.bytes", 7340032]])
      answer.counters[figure] = answer.time_ms.map((_, i) => i >= answer.time_ms.length - 5 ? each : 0);
  return answer;
}"""
WITHOUT_DROPS = """(path, answer) => {
  if (path.includes("history"))
    for (const figure of Object.keys(answer.counters)) if (figure.startsWith("ledger.dropped.")) delete answer.counters[figure];
  return answer;
}"""
DETACHED = """(path, answer) => { if (path.includes("stats")) answer.cold_state = "detached"; return answer; }"""
UNTIL_RESET = """(path, answer) => { if (path.includes("stats") && !seen.reset) answer.saves += 1000; return answer; }"""
TOKEN_WANTED = """(path, answer, options) => options.headers.Authorization === "Bearer right" ? answer
  : {status: 401, error: "no token"}"""
MARKUP = "<img src=x onerror=document.title='bad'>"
WITH_MARKUP = f"""(path, answer) => {{
  const name = "{MARKUP}", part = {{...answer, namespaces: undefined}};
  if (path.includes("stats")) answer.namespaces = {{[name]: part, ["long".repeat(60)]: part, __proto__x: part}};
  if (path.includes("events")) answer.events = [{{number: 1e9, first_ms: 1e12, last_ms: 1e12, level: name, event: name, count: 2,
    fields: {{[name]: name + "x".repeat(500)}}}}];
  return answer;
}}"""
HUGE = """(path, answer) => {
  const grow = (value) => typeof value === "number" && value < 1e12 ? 2 ** 63 + 12345 : value;
  const all = (part) => Object.fromEntries(Object.entries(part).map(([name, value]) =>
    [name, value !== null && typeof value === "object" ? all(value) : name.endsWith("_ms") ? value : grow(value)]));
  return path.includes("stats") ? {...all(answer), last_dropped_ms: answer.last_dropped_ms} : answer;
}"""
HIDE = """Object.defineProperty(document, "hidden", {value: arguments[0], configurable: true});
document.dispatchEvent(new Event("visibilitychange"));"""
# Texts with too little contrast to the nearest opaque background: 4.5, or 3 for large text.
LOW_CONTRAST = """
const channels = (color) => color.match(/[\\d.]+/g).map(Number);
const light = (c) => { const [r, g, b] = c.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
const behind = (node) => { for (; node; node = node.parentElement) { const c = channels(getComputedStyle(node).backgroundColor);
  if (c.length === 3 || c[3] === 1) return c; } return [255, 255, 255]; };
const found = [];
for (const node of document.querySelectorAll("body *")) {
  const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
  if (!own || !node.checkVisibility({visibilityProperty: true}) || node.closest("script, style, .unseen")) continue;
  const style = getComputedStyle(node), size = parseFloat(style.fontSize), color = node.closest("svg") ? style.fill : style.color;
  const [a, b] = [light(channels(color)), light(behind(node))].sort((x, y) => y - x), ratio = (a + 0.05) / (b + 0.05);
  const least = size >= 24 || (size >= 18.6 && style.fontWeight >= 700) ? 3 : 4.5;
  if (ratio < least) found.push(`${node.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
}
return found;"""
# Elements that stick out of the window, or of the card that they are in.
STICKING_OUT = """
const found = [], width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth > width) found.push(`the page is ${document.documentElement.scrollWidth} wide`);
for (const node of document.querySelectorAll("body *")) {
  if (node.closest("svg, .unseen, script, style") || !node.checkVisibility({visibilityProperty: true})) continue;
  const box = node.getBoundingClientRect(), card = node.closest(".card")?.getBoundingClientRect() ?? {left: 0, right: width};
  if (box.width > 0 && (box.right > Math.min(width, card.right) + 0.5 || box.left < card.left - 0.5))
    found.push(`${node.tagName} ${node.id || node.className} "${node.textContent.slice(0, 30)}"`);
}
return found;"""


class Page:
    """The dashboard in a browser."""

    def __init__(self, url):
        options = webdriver.ChromeOptions()
        for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage"):
            options.add_argument(argument)
        options.binary_location = shutil.which("chromium") or ""
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        service = ChromeService(executable_path=shutil.which("chromedriver"))
        self.url, self.script = url, None
        self.driver = webdriver.Chrome(options=options, service=service)
        self.run = self.driver.execute_script

    def cdp(self, command, **arguments):
        return self.driver.execute_cdp_cmd(command, arguments)

    def look(self, width=1440, theme="light"):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])

    def wait(self, script, *arguments):
        """Waits until the script returns something true, and returns that; None after SECONDS."""
        try:
            return WebDriverWait(self.driver, SECONDS, 0.1).until(lambda _: self.run(script, *arguments))
        except TimeoutException:
            print("waited in vain:", script)
            return None

    def open(self, alter=AS_IT_IS, polls=1):
        """Loads the page with altered answers, and waits until it has shown this many snapshots."""
        if self.script:
            self.cdp("Page.removeScriptToEvaluateOnNewDocument", identifier=self.script)
        source = "{" + IN_FRONT_OF_FETCH.replace("ALTER", alter) + "}"
        self.script = self.cdp("Page.addScriptToEvaluateOnNewDocument", source=source)["identifier"]
        self.driver.get("about:blank")
        self.driver.get(self.url)
        if polls:
            self.polled(polls)

    def polled(self, times):
        self.wait("return seen.polls >= arguments[0] && document.body.dataset.snapshotMs in seen.snapshots", times)

    def pause(self, ms):
        """Lets the page run for a time, to see that something does not happen."""
        self.driver.execute_async_script("setTimeout(arguments[1], arguments[0])", ms)

    def text(self, element):
        return self.run("return document.getElementById(arguments[0]).textContent", element)

    def shown(self, element):
        return self.run("return document.getElementById(arguments[0]).checkVisibility({visibilityProperty: true})", element)

    def press(self, *keys):
        ActionChains(self.driver).send_keys(*keys).perform()

    def save(self, path):
        height = self.run("return document.documentElement.scrollHeight")
        width = self.run("return window.innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        shot = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        path.write_bytes(base64.b64decode(shot["data"]))


def member(part, path):
    """The member of a snapshot at a path; `*` adds up all members there."""
    name, _, rest = path.partition(".")
    if name == "*":
        return sum(member(value, rest) for value in part.values())
    return member(part[name], rest) if rest else part[name]


def says(text, number, unit):
    """Whether the text shows the number: with all digits, or rounded to a tenth of a unit (a whole one from 100 up)."""
    if unit != "size":
        return text == f"{number:,}" or number > 2**53
    digits, _, name = text.partition(" ")
    shown = float(digits.replace(",", ""))
    return abs(shown - number / UNITS[name]) <= (0.501 if shown >= 100 else 0.0501)


def read(url, path):
    with urllib.request.urlopen(url + path, timeout=10) as answer:
        return json.load(answer)


def without_times(snapshot):
    if not isinstance(snapshot, dict):
        return snapshot
    return {name: without_times(value) for name, value in snapshot.items() if name not in ("time_ms", "recent", "memory")}


def numbers(page):
    """The numbers on the page are those of the snapshot: of one read while nothing changes, else of the one the page read."""
    source = "the snapshot that the page received, because the cache never was at rest"
    for _ in range(10):
        before = read(page.url, "admin/api/stats")
        page.wait("return Number(document.body.dataset.snapshotMs) >= arguments[0]", before["time_ms"])
        figures, rows, received, ms = page.run("""
          const all = (query, of) => [...document.querySelectorAll(query)].map(of), ms = document.body.dataset.snapshotMs;
          return [all("data[data-figure]", (n) => [n.dataset.figure, n.dataset.as, n.value, n.textContent]),
            all("#names-rows tr", (row) => [...row.children].map((n) => n.dataset.value ?? n.textContent)), seen.snapshots[ms], ms];""")
        if without_times(before) == without_times(read(page.url, "admin/api/stats")):
            received, source = before, "/admin/api/stats"
            break
    wrong = [(path, text, member(received, path)) for path, unit, value, text in figures
             if float(value) != float(member(received, path)) or not says(text, member(received, path), unit)]
    yield f"{len(figures)} numbers are those of {source}, at {ms} (wrong: {wrong})", len(figures) > 30 and not wrong
    missing = {name for name, value in received.items() if isinstance(value, int)} - {path for path, *_ in figures} - NOT_SHOWN
    yield f"the page has all plain numbers of the snapshot (missing: {missing})", not missing
    named = {name: [member(part, path) for path in NAMESPACE_COLUMNS] for name, part in received["namespaces"].items()}
    on_page = {row[0]: [float(value) for i, value in enumerate(row[1:]) if i != 2] for row in rows}
    yield f"the table has the numbers of all {len(named)} namespaces", on_page == named
    balances = [page.text("balance-blocks"), page.text("balance-bytes")]
    yield f"the ledger is shown as balanced ({balances})", all(text.startswith("✓") for text in balances)
    yield "latency is shown if the snapshot has it", page.shown("latency") == bool(received.get("latency"))


def drops(page):
    page.open(WITH_DROPS)
    yield "with drops in the last seconds the drop panel is on", page.shown("drop-panel") and not page.shown("drop-calm")
    panel = page.text("drop-panel")
    yield "it names the reason and says what to do", "late_full" in panel and "To do:" in panel
    rank = page.run("return document.getElementById('verdict').dataset.condition")
    worse = ("detached", "died", "sync", "damaged", "errors")
    yield f"the sentence is about the drops, or about something worse ({rank})", rank in ("drops", *worse)
    page.open(WITHOUT_DROPS)
    yield "without drops the drop panel is off", not page.shown("drop-panel") and page.shown("drop-calm")
    page.open(DETACHED)
    sentence = page.text("sentence")
    yield f"a directory that is gone is named in the sentence ({sentence})", "directory is gone" in sentence
    yield "and the cold tier says so", "gone" in page.text("cold-state")


def layout(page, folder):
    for theme in ("light", "dark"):
        for width in (1440, 390):
            page.look(width, theme)
            for state, alter in (("now", AS_IT_IS), ("drops", WITH_DROPS), ("markup", WITH_MARKUP), ("huge", HUGE)):
                page.open(alter)
                if state in ("now", "drops"):
                    page.save(folder / f"dashboard-{state}-{width}-{theme}.png")
                out = page.run(STICKING_OUT)
                yield f"{width} px, {theme}, {state}: nothing sticks out ({out})", not out
            page.run("for (const node of document.querySelectorAll('details')) node.open = true")
            page.polled(2)
            out, pale = page.run(STICKING_OUT), page.run(LOW_CONTRAST)
            yield f"{width} px, {theme}: nothing sticks out of the tables of values ({out})", not out
            yield f"{width} px, {theme}: all text has enough contrast ({pale})", not pale


def keyboard(page):
    for width in (1440, 390):
        page.look(width)
        page.open()
        total = page.run("""window.stops = [...document.querySelectorAll(arguments[0])].filter((node) =>
          node.tabIndex >= 0 && node.checkVisibility({visibilityProperty: true})); return stops.length;""", FOCUSABLE)
        reached, unmarked = set(), []
        for _ in range(total):
            page.press(Keys.TAB)
            at, outline = page.run("""const node = document.activeElement, style = getComputedStyle(node);
              return [stops.indexOf(node), style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2];""")
            reached.add(at)
            if not outline:
                unmarked.append(at)
        listed = page.run("return stops.includes(document.getElementById('events'))")
        yield f"{width} px: Tab reaches all {total} interactive elements", reached == set(range(total)) and listed
        yield f"{width} px: the focus can be seen ({unmarked})", not unmarked
        nameless = []
        for node in page.cdp("Accessibility.getFullAXTree")["nodes"]:
            role = node.get("role", {}).get("value")
            focusable = any(item["name"] == "focusable" and item["value"]["value"] for item in node.get("properties", []))
            if not node["ignored"] and (role in ROLES_TO_NAME or focusable) and role != "RootWebArea":
                if not node.get("name", {}).get("value"):
                    nameless.append(role)
        yield f"{width} px: each of them has an accessible name ({nameless})", not nameless


def controls(page):
    page.look()
    page.open()
    for range_id, words in (("1h", "last hour"), ("24h", "last 24 hours"), ("5m", "last 5 minutes")):
        page.run("document.querySelector(`[data-range='${arguments[0]}']`).focus()", range_id)
        page.press(Keys.ENTER)
        page.wait("return document.querySelector('#hits figcaption').textContent.includes(arguments[0])", words)
        pressed = page.run("return [...document.querySelectorAll('[aria-pressed=true]')].map((node) => node.dataset.range)")
        yield f"the range can be set to the {words}", pressed == [range_id]
        if range_id == "24h":
            minutes = page.wait("return seen.asked.some((path) => path.includes('step=minute'))")
            yield "24 hours are read in minutes", bool(minutes)
    page.run("document.querySelector('#sort-name button').focus()")
    page.press(Keys.ENTER)
    up = page.run("return [...document.querySelectorAll('#names-rows th')].map((node) => node.textContent)")
    page.press(Keys.ENTER)
    down = page.run("return [...document.querySelectorAll('#names-rows th')].map((node) => node.textContent)")
    order = page.run("return document.getElementById('sort-name').ariaSort")
    yield f"namespaces are sorted by keyboard, both ways ({up})", up == down[::-1] and order == "descending"
    page.run("document.querySelector('#device .plot').focus()")
    page.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    value = page.run("return document.activeElement.getAttribute('aria-valuetext')")
    cursors = page.run("return document.querySelectorAll('.cursor[visibility=visible]').length")
    yield f"the time cursor of a chart moves by keyboard, in all charts ({value})", "payload" in value and cursors == 5


def untrusted(page):
    page.open(WITH_MARKUP)
    source = page.run("return document.documentElement.outerHTML")
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; connect-src 'self'; img-src data:"
    yield "the page forbids itself everything but this server, and makes no markup from text", policy in source and not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b", source)
    made = page.run("return document.querySelectorAll('main img, main script, main b b').length")
    shown = page.run("return document.querySelector('#names-rows').textContent + document.querySelector('#events').textContent")
    yield "names with markup are shown as text", made == 0 and shown.count(MARKUP) >= 4 and page.driver.title != "bad"
    page.open(HUGE)
    yield "numbers above 2^53 are shown", "e+18" in page.run("return document.querySelector('[data-figure=hits]').textContent")


def contact(page):
    page.open()
    page.run("seen.down = true; seen.asked.length = 0")
    page.wait("return document.getElementById('contact').dataset.state === 'gone'")
    yield "no answer is said in the sentence", "does not answer" in page.text("sentence") and not page.shown("drop-panel")
    page.pause(8000)
    tries = page.run("return seen.asked.length")
    yield f"the page backs off ({tries} tries in 8 s)", 2 <= tries <= 4
    page.run("seen.down = false")
    yield "and comes back by itself", bool(page.wait("return document.getElementById('contact').dataset.state === 'live'"))
    page.run(HIDE, True)
    page.pause(500)  # a request may be under way
    page.run("seen.asked.length = 0")
    page.pause(5000)
    yield "a hidden page asks nothing", page.run("return seen.asked.length") == 0
    page.run(HIDE, False)
    yield "and asks again when it is shown", bool(page.wait("return seen.asked.length >= 3"))
    page.open(UNTIL_RESET)
    page.run("seen.asked.length = 0; seen.reset = true")
    anew = "return seen.asked.some((path) => path.includes('history') && !path.includes('since='))"
    yield "after a reset or a restart the history is read anew", bool(page.wait(anew))
    page.open(TOKEN_WANTED, polls=0)
    page.wait("return document.getElementById('token-form').checkVisibility()")
    for token in ("wrong", "right"):
        page.run("document.getElementById('token').focus()")
        page.press(token, Keys.ENTER)
        page.wait("return document.getElementById('token').value === ''")
        if token == "wrong":
            refused = page.wait("return document.getElementById('token-text').textContent.includes('refused')")
            yield "a wrong token is asked for again", bool(refused)
    page.polled(1)
    kept = page.run("return [sessionStorage.getItem('hearth.token'), localStorage.length, document.cookie]")
    used = not page.shown("token-form")
    yield f"a token is used, and kept in the session only ({kept})", used and kept == ["right", 0, ""]
    page.run("sessionStorage.clear()")


def quiet(page):
    """Loads the page and lets it poll: no errors, no requests elsewhere, nothing moves."""
    page.look()
    page.driver.get_log("browser")
    page.driver.get_log("performance")
    page.open(polls=4)
    said = [entry["message"] for entry in page.driver.get_log("browser")]
    yield f"the console stays empty ({said})", not said
    failed, elsewhere = [], []
    for entry in page.driver.get_log("performance"):
        message = json.loads(entry["message"])["message"]
        values = message["params"]
        if message["method"] == "Network.loadingFailed":
            failed.append(values.get("errorText"))
        elif message["method"] == "Network.responseReceived" and values["response"]["status"] >= 400:
            failed.append(values["response"]["url"])
        elif message["method"] == "Network.requestWillBeSent":
            elsewhere.append(values["request"]["url"])
    elsewhere = [url for url in elsewhere if not url.startswith((page.url, "data:", "about:"))]
    yield f"no request fails ({failed})", not failed
    yield f"no request goes elsewhere ({elsewhere})", not elsewhere
    order = page.run("return seen.asked.slice(0, 3).map((path) => path.split('?')[0])")
    yield f"the history is read first ({order})", order == ["api/history", "admin/api/stats", "api/events"]
    later = page.run("return seen.asked.slice(3).every((path) => !path.includes('history') || path.includes('since='))")
    yield "later polls ask only for what is new", later
    shift = page.run("return seen.shift")
    yield f"nothing moves while the page loads and polls ({shift:.4f})", shift < 0.02


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    page = Page(sys.argv[1].rstrip("/") + "/")
    results = []
    try:
        WebDriverWait(page.driver, SECONDS).until(lambda _: len(read(page.url, "api/history")["time_ms"]) > 5)
        for checks in (quiet(page), numbers(page), drops(page), untrusted(page), controls(page), keyboard(page),
                       layout(page, folder), contact(page)):
            for sentence, holds in checks:
                print("ok:" if holds else "FAILED:", sentence, flush=True)
                results.append(holds)
    finally:
        page.driver.quit()
    failed = sum(not holds for holds in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
