"""What a test does with a browser: open a page from disk, press keys, and read what is to be seen."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from importal.export.html import html
from importal.observe.record import Record

PATIENCE = 20  # seconds, until something that is bound to happen counts as not happening


class Browser:
    """A driven browser with a page of ours in it."""

    def __init__(self, driver: Any) -> None:
        self.driver = driver

    def open(self, record: Record, folder: Path, view: str = "") -> None:
        """Write the page of `record` into `folder`, and open it from there."""
        file = folder / "report.html"
        file.write_text(html(record), encoding="utf-8")
        self.load(file.as_uri() + (f"#{view}" if view else ""))
        self.wait(lambda: self.run("return document.documentElement.dataset.ready") == "true", "the page is ready")
        self.settle()

    def load(self, address: str) -> None:
        """Load an address afresh, with the light colours, nothing remembered, and an empty console."""
        self.colours("light")
        self.driver.set_window_size(1400, 900)
        self.driver.get("about:blank")
        self.console()
        self.driver.get(address)

    def colours(self, scheme: str) -> None:
        """Let the reader's system prefer "light" or "dark"."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})

    def console(self) -> list[str]:
        """Return what was said in the console since it was last asked for."""
        return [f"{entry['level']}: {entry['message']}" for entry in self.driver.get_log("browser")]

    def run(self, script: str, *arguments: object) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script, *arguments)

    def all(self, selector: str) -> list[Any]:
        """Return the elements that are to be seen."""
        return [one for one in self.driver.find_elements("css selector", selector) if one.is_displayed()]

    def one(self, selector: str) -> Any:
        """Return the one element that is to be seen."""
        found = self.all(selector)
        assert len(found) == 1, f"{selector}: {len(found)} elements"
        return found[0]

    def text(self, selector: str) -> str:
        """Return the text of one element; a lone surrogate, which the driver cannot pass on, as a question mark."""
        shown = "return arguments[0].innerText.replace(/\\p{Surrogate}/gu, '?').trim()"
        return str(self.run(shown, self.one(selector)))

    def click(self, selector: str) -> None:
        """Click on one element."""
        self.one(selector).click()

    def press(self, *keys: str) -> None:
        """Press keys, wherever the focus is."""
        from selenium.webdriver import ActionChains

        ActionChains(self.driver).send_keys(*keys).perform()
        self.settle()

    def point(self, selector: str, x: float, y: float) -> None:
        """Click at a place of an element, counted from its upper left corner."""
        from selenium.webdriver import ActionChains

        element = self.one(selector)
        width, height = element.size["width"], element.size["height"]
        ActionChains(self.driver).move_to_element_with_offset(
            element, round(x - width / 2), round(y - height / 2)
        ).click().perform()
        self.settle()

    def settle(self) -> None:
        """Wait until what was to be drawn before the next frame is drawn."""
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))"
        )

    def focused(self) -> str:
        """Return what has the focus: its id, or else its tag."""
        return str(self.run("const at = document.activeElement; return at.id || at.tagName.toLowerCase()"))

    def modules(self) -> list[str]:
        """Return the names in the table's rows, from the top."""
        return [cell.text for cell in self.all("#view-modules td.of-module")]

    def wait(self, condition: Callable[[], bool], words: str) -> None:
        """Wait for a condition; fail with what was waited for."""
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"waited {PATIENCE} s in vain: {words}; console: {self.console()}"
            time.sleep(0.02)
