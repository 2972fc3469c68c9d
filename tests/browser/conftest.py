"""A real browser, headless: Chromium with its driver, by way of selenium. `nox -s browser` sees to both."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .browser import Browser

# The session `browser` has seen to it that everything is there: then what is missing is an error, not a skip.
REQUIRED = "IMPORTAL_BROWSER" in os.environ

# speedscope draws with WebGL, and there may be no graphics card.
SOFTWARE = ("--use-angle=swiftshader", "--enable-unsafe-swiftshader")


def _missing(what: str) -> None:
    words = f"{what} is missing, so that no page was looked at; `nox -s browser` fetches it (Debian: chromium, chromium-driver)"
    if REQUIRED:
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A browser that all tests share; it is closed at the end."""
    try:
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
    except ModuleNotFoundError:
        _missing("selenium")
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if program is None:
        _missing("Chromium")
    if driver is None:
        _missing("chromedriver")
    options: Any = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--window-size=1400,900", "--disable-dev-shm-usage", *SOFTWARE):
        options.add_argument(argument)
    if getattr(os, "geteuid", lambda: 1)() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox refuses to run as root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield Browser(opened)
    finally:
        opened.quit()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where pages are written."""
    return tmp_path
