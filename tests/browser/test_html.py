"""The page of a record, in a real browser, opened from disk."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from . import samples
from .browser import Browser

DOWN, UP, LEFT, RIGHT = "\ue015", "\ue013", "\ue012", "\ue014"
ENTER, ESCAPE, END, TAB = "\ue007", "\ue00c", "\ue010", "\ue004"
VIEWS = ("overview", "waterfall", "flame", "modules")


@pytest.mark.parametrize(
    "sample", [samples.shop, samples.hostile, samples.nothing, samples.deep, samples.big], ids=lambda one: one.__name__
)
def test_every_view_opens_without_a_word_in_the_console(browser: Browser, folder: Path, sample) -> None:
    record = sample()
    browser.open(record, folder)
    for view in VIEWS:
        browser.click(f"#tab-{view}")
        browser.settle()
        assert browser.all(f"#view-{view}"), view
    for one in record.imports[:3]:
        browser.run("location.hash = arguments[0]", f"#modules/{one.id}")
        browser.wait(
            lambda one=one: (
                browser.text("#details-title").split() == one.module.encode("utf-8", "replace").decode().split()
            ),
            "it opens",
        )
    assert browser.console() == []
    assert browser.run("return performance.getEntriesByType('resource').length") == 0, "it asked for something"


def test_no_text_of_a_record_becomes_markup(browser: Browser, folder: Path) -> None:
    browser.open(samples.hostile(), folder, "modules/0")
    for view in VIEWS:
        browser.click(f"#tab-{view}")
        browser.settle()
    assert browser.run("return window.pwned") is None
    assert browser.run("return document.querySelectorAll('img, script').length") == 3, (
        "two documents and the page's script"
    )
    assert "<img src=x onerror=window.pwned=1>&amp;" in browser.text("#details-title")


def test_the_policy_holds(browser: Browser, folder: Path) -> None:
    """A script that is not the page's own does not run, however it gets in."""
    browser.open(samples.shop(), folder)
    browser.run("""
        const script = document.createElement('script');
        try { script.textContent = 'window.pwned = 1'; document.body.append(script); } catch (error) { window.refused = true; }
        const image = document.createElement('img');
        image.setAttribute('src', 'https://example.invalid/x.png');
        document.body.append(image);
    """)
    browser.wait(lambda: any("Content Security Policy" in line for line in browser.console()), "the browser says no")
    assert browser.run("return window.pwned") is None


def test_the_summary_adds_up(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder)
    facts = browser.text("header")
    assert "shop.py --open" in facts
    assert "CPython 3.14.0" in facts
    cards = browser.text("#view-overview .cards")
    assert "from start to end\n75 ms" in cards
    assert "81 ms" in cards, "self times: 74 in the main thread, 7 in the other"
    phases = " ".join(browser.text("#view-overview .part.wide").split())
    assert "compile 6 ms 7.2 %" in phases
    assert "create 30 ms 36 %" in phases


def test_the_table_sorts(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder, "modules")
    by_self = ["tea", "goods", "prices", "json", "shop", "queue", "json", "colour"]
    assert browser.modules() == by_self
    browser.click("#sort-self")
    browser.settle()
    assert browser.modules() == by_self[::-1]
    assert browser.one("th.of-self").get_attribute("aria-sort") == "ascending"
    browser.click("#sort-total")
    browser.settle()
    assert browser.modules()[:3] == ["shop", "goods", "tea"]
    browser.click("#sort-module")
    browser.settle()
    assert browser.modules() == sorted(by_self)
    assert browser.one("th.of-self").get_attribute("aria-sort") == "none"
    browser.click("#sort-bytes")
    browser.settle()
    assert browser.modules()[0] == "prices"
    browser.click("#phase-columns")
    browser.click("#sort-compile")
    browser.settle()
    assert browser.modules()[0] == "prices"


def test_the_table_filters(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder, "modules")
    browser.press("/")
    assert browser.focused() == "search"
    browser.press("teapot")
    assert browser.modules() == ["tea", "prices"]
    assert browser.text("#matches") == "2 of 8, self 40 ms"
    browser.press(" -prices")
    assert browser.modules() == ["tea"]
    browser.press(" nowhere")
    assert browser.modules() == []
    assert "No module matches" in browser.text("#view-modules")
    browser.press(ESCAPE)
    assert len(browser.modules()) == 8
    browser.run(
        "const list = document.getElementById('filter-outcome'); list.value = 'failed and handled'; list.dispatchEvent(new Event('change'))"
    )
    browser.settle()
    assert browser.modules() == ["colour"]


def test_a_modules_journey(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder, "modules")
    next(cell for cell in browser.all("td.of-module") if cell.text == "prices").click()
    details = browser.text("#details")
    for words in (
        "src/goods.py:4", "answered by PathFinder", "lib/site-packages has it", "teapot 1.2", "stale", "the source is of another time",
        "written", "compiling source\n6 ms", "3 stat, 2 open",
    ):  # fmt: skip
        assert words in details, words
    chain = [line.text.splitlines()[0] for line in browser.all("#details .chain > li")]
    assert [line.split()[0] for line in chain] == ["prices", "goods", "shop"]
    assert [line.text for line in browser.all("#details .chain .place")] == [
        "src/goods.py:4 in goods", "src/shop.py:2 in shop", "src/__main__.py:1 in __main__",
    ]  # fmt: skip
    browser.all("#details .chain button.module")[0].click()
    assert browser.text("#details-title") == "goods"
    assert "60 ms\nwith what only it brings in" in browser.text("#details .figures")
    browser.driver.back()
    browser.wait(lambda: browser.text("#details-title") == "prices", "Back goes back to the module before")


def test_a_failure_says_so(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder, "modules/4")
    assert browser.text("#details .outcome") == (
        "Failed: ModuleNotFoundError: No module named 'colour'. The program handled that and went on."
    )


def test_what_only_it_brings_in_can_be_listed(browser: Browser, folder: Path) -> None:
    """The second statement that asks for json does not make it goods' own."""
    browser.open(samples.shop(), folder, "modules/0")
    button = next(one for one in browser.all("#details button") if one.text == "Show them in the table")
    button.click()
    browser.settle()
    assert sorted(browser.modules()) == ["goods", "prices", "shop", "tea"]


def test_it_can_be_used_by_the_keyboard_alone(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder)
    browser.press("4")
    assert browser.focused() == "tr"
    browser.press(DOWN, DOWN, ENTER)
    assert browser.focused() == "details-title"
    assert browser.text("#details-title") == "prices"
    browser.press(ESCAPE)
    assert browser.all("#details") == []
    assert browser.run("return document.activeElement.firstChild.textContent") == "prices", (
        "the focus is back in its row"
    )
    browser.press(END)
    assert browser.run("return document.activeElement.firstChild.textContent") == "colour"
    browser.run("document.getElementById('tab-modules').focus()")
    browser.press(RIGHT)
    assert browser.focused() == "tab-overview"
    browser.press(RIGHT)
    assert browser.one("#tab-waterfall").get_attribute("aria-selected") == "true"


def test_tab_reaches_everything_in_the_order_of_the_page(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder, "flame")
    seen = []
    for _ in range(14):
        browser.press(TAB)
        seen.append(browser.focused())
    order = ["save", "theme", "keys", "tab-flame", "search", "filter-kind", "filter-outcome", "filter-thread"]
    assert [one for one in seen if one in order] == order
    assert seen[-1] == "canvas", seen


def test_the_waterfall_has_a_lane_for_each_thread(browser: Browser, folder: Path) -> None:
    """Imports stand where their times say: the first box's place is worked out here, and clicked."""
    browser.open(samples.shop(), folder, "waterfall")
    browser.settle()
    width = browser.one("#view-waterfall canvas").size["width"]
    # 75 ms in all; rows of 20 px below an axis of 24: heading, shop, goods, then tea from 25 to 55 ms
    browser.point("#view-waterfall canvas", 40 / 75 * width, 24 + 3 * 20 + 8)
    assert browser.text("#details-title") == "tea"
    width = browser.one("#view-waterfall canvas").size["width"]
    # the second lane begins below the first one's three rows and a gap
    browser.point("#view-waterfall canvas", 2 / 75 * width, 24 + 6 * 20 + 8)
    assert browser.text("#details-title") == "queue"


def test_the_waterfall_by_keys(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder, "waterfall")
    browser.press("2")
    assert browser.focused() == "canvas"
    browser.press(DOWN, DOWN, DOWN)
    assert browser.text("#view-waterfall .line").startswith("tea: total 30 ms")
    browser.press(RIGHT)
    assert browser.text("#view-waterfall .line").startswith("prices: total 10 ms")
    browser.press(UP, "z")
    assert browser.text("#view-waterfall .range") == "5 ms to 65 ms"
    browser.press(ESCAPE)
    assert browser.text("#view-waterfall .range") == "0 to 75 ms"
    browser.press(ENTER)
    assert browser.text("#details-title") == "goods"
    browser.press(ESCAPE)
    assert browser.focused() == "canvas"


def test_the_flame_graph_zooms_by_a_click(browser: Browser, folder: Path) -> None:
    """The most expensive comes first: shop's 67 ms, then the two of json together, queue."""
    browser.open(samples.shop(), folder, "flame")
    browser.settle()
    assert browser.text("#view-flame .range") == "0 to 81 ms"
    browser.point("#view-flame canvas", 30, 24 + 20 + 8)
    assert browser.text("#view-flame .range") == "0 to 60 ms"
    assert browser.text("#view-flame .line").startswith("goods: total 60 ms, self 20 ms")
    browser.run("document.querySelector('#view-flame canvas').focus()")
    browser.press(ESCAPE)
    assert browser.text("#view-flame .range") == "0 to 81 ms"
    width = browser.one("#view-flame canvas").size["width"]
    browser.point("#view-flame canvas", 70 / 81 * width, 24 + 8)
    assert browser.text("#view-flame .line").startswith("json: total 10 ms in 2 imports")


def test_colours_follow_the_system_and_the_toggle(browser: Browser, folder: Path) -> None:
    browser.open(samples.shop(), folder, "waterfall")
    back = "return getComputedStyle(document.body).backgroundColor"
    pixel = "const c = document.querySelector('#view-waterfall canvas'); return [...c.getContext('2d').getImageData(c.width / 2, 50, 1, 1).data].join()"
    browser.settle()
    light, light_pixel = browser.run(back), browser.run(pixel)
    browser.colours("dark")
    browser.settle()
    dark, dark_pixel = browser.run(back), browser.run(pixel)
    assert light != dark
    assert light_pixel != dark_pixel, "the canvas is drawn again"
    browser.press("t")
    assert (browser.text("#theme"), browser.run(back)) == ("Colours: light", light)
    browser.press("t")
    assert (browser.text("#theme"), browser.run(back)) == ("Colours: dark", dark)
    browser.press("t")
    assert browser.text("#theme") == "Colours: system"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(browser: Browser, folder: Path, scheme: str) -> None:
    """Contrast is at least 4.5 to 1 (WCAG 2.2, 1.4.3), for text and for the labels of coloured boxes."""
    browser.open(samples.shop(), folder)
    browser.colours(scheme)
    browser.settle()
    pairs = browser.run("""
        const found = [];
        const add = (name, colour) => {
          const probe = document.createElement('span');
          probe.setAttribute('data-colour', name);
          document.body.append(probe);
          const style = getComputedStyle(probe);
          found.push([name, style.color, style.backgroundColor]);
          probe.remove();
        };
        for (const name of [...new Set([...document.styleSheets[0].cssRules].flatMap((rule) =>
          [...(rule.selectorText ?? '').matchAll(/data-colour="([^"]+)"/g)].map((match) => match[1])))]) add(name);
        const back = getComputedStyle(document.body).backgroundColor;
        for (const selector of ['body', '#facts', '.words', 'button.module'])
          found.push([selector, getComputedStyle(document.querySelector(selector)).color, back]);
        return found.filter(([name]) => !['line', 'soft'].includes(name));
    """)
    assert len(pairs) > 20
    assert {name: round(contrast(text, back), 1) for name, text, back in pairs if contrast(text, back) < 4.5} == {}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours given as `rgb(r, g, b)`."""

    def luminance(colour: str) -> float:
        parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    dark, light = sorted([luminance(one), luminance(other)])
    return (light + 0.05) / (dark + 0.05)


def test_five_thousand_modules_cost_no_more_than_what_is_seen(browser: Browser, folder: Path) -> None:
    """How much there is in the page does not grow with the record; `pytest -s` prints how long things take."""
    started = time.monotonic()
    browser.open(samples.big(), folder, "modules")
    print(f"{time.monotonic() - started:.2f} s to write the page, open it and draw")
    browser.settle()
    assert len(browser.run("return document.querySelectorAll('#view-modules tbody tr')")) < 120
    assert browser.one("table").get_attribute("aria-rowcount") == "5001"
    for name, script in {
        "sort": "document.getElementById('sort-module').click()",
        "search": "const s = document.getElementById('search'); s.value = 'module3_'; s.dispatchEvent(new Event('input'))",
        "scroll": "document.querySelector('.scroller.table').scrollTop = 9000",
    }.items():
        timed = f"const t = performance.now(); {script}; document.body.offsetHeight; return performance.now() - t"
        print(f"{browser.run(timed):.0f} ms to {name}")
        browser.settle()
    assert all("module3_" in name for name in browser.modules())
    assert "625 of 5,000" in browser.text("#matches")
    assert len(browser.modules()) < 120
    for view in ("waterfall", "flame"):
        browser.click(f"#tab-{view}")
        browser.settle()
        high = browser.run(f"return document.querySelector('#view-{view} canvas').height")
        assert high <= 900, "the canvas is as high as what is seen"
    assert browser.console() == []


def test_the_record_can_be_taken_out_again(browser: Browser, folder: Path) -> None:
    record = samples.shop()
    browser.open(record, folder)
    held = browser.run("return document.getElementById('record').textContent")
    assert type(record).from_json(json.loads(held)) == record


@pytest.mark.parametrize("width", [360, 700, 1400])
def test_it_fits_a_narrow_window(browser: Browser, folder: Path, width: int) -> None:
    browser.open(samples.shop(), folder)
    metrics = {"width": width, "height": 700, "deviceScaleFactor": 1, "mobile": False}
    browser.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    try:
        for view in VIEWS:
            browser.run("location.hash = arguments[0]", f"#{view}/0")
            browser.settle()
            assert browser.run("return document.documentElement.scrollWidth") <= width, view
            assert browser.one(f"#view-{view}").size["width"] > width / 2, (
                "beside an opened module there is room enough"
            )
    finally:
        browser.driver.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
