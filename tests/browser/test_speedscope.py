"""Our file for speedscope, in the real speedscope."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from importal.export.speedscope import speedscope

from . import samples
from .browser import Browser


@pytest.fixture
def release() -> Path:
    """The folder of speedscope's npm package that holds its page."""
    folder = os.environ.get("IMPORTAL_SPEEDSCOPE")
    if folder is None:
        pytest.skip("IMPORTAL_SPEEDSCOPE names no speedscope; `nox -s browser` fetches it where there is npm")
    return Path(folder)


def test_speedscope_shows_what_the_record_says(browser: Browser, folder: Path, release: Path) -> None:
    record = samples.shop()
    file = folder / "shop.speedscope.json"
    file.write_text(speedscope(record), encoding="utf-8")
    browser.load((release / "index.html").as_uri())
    browser.wait(lambda: bool(browser.run("return document.querySelector('input[type=file]')")), "speedscope is ready")
    browser.driver.find_element("css selector", "input[type=file]").send_keys(str(file))
    browser.wait(lambda: "shop.py" in browser.driver.title, "speedscope has read the file")
    browser.press("3")  # its table: total, self and name of each frame of the first thread
    rows = "return [...document.querySelectorAll('tr')].filter(row => row.checkVisibility()).map(row => row.innerText.split(/\\s+/))"
    browser.wait(lambda: any("tea" in row for row in browser.run(rows)), "its table is there")
    shown = {row[-1]: milliseconds(row) for row in browser.run(rows) if row[-1] != "Name"}
    first = [one for one in record.imports if one.thread == 0]
    assert shown == {one.module: (one.total / samples.MS, one.self_time / samples.MS) for one in first}
    assert "MainThread (1/2)" in browser.run("return document.body.innerText")
    assert [line for line in browser.console() if line.startswith(("SEVERE", "WARNING"))] == []


def milliseconds(row: list[str]) -> tuple[float, float]:
    """Return total and self time of a row of its table: `67.00ms (92%) 5.00ms (6.8%) shop`."""
    total, own = (float(cell.removesuffix("ms")) for cell in row if cell.endswith("ms"))
    return total, own
