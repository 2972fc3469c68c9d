from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib import resources

import pytest

from importal.export import html as module
from importal.export.html import html
from importal.observe.record import By, Cached, Ended, Import, Record, Startup, Thread

MS = 1_000_000
HOSTILE = "</script><script>alert(1)</script><!--<script>]]>&amp;'\"`${0}\u2028\\\udcff"


def record(name: str = "a", target: str = "app.py") -> Record:
    """Return the record of one import, all of whose texts are `name`."""
    one = Import(
        0, None, 0, name, By(name, name, 1), "failed", 0, MS, MS, {"find": MS}, error=name, handled=True, kind=name,
        distribution=name, origin=name, finder=name, entry=name, loader=name, bytecode=name, reason=name, kept=name,
        calls={name: 1}, searched=(name,),
    )  # fmt: skip
    return Record(
        "0", {"version": name}, (target,), name, Ended(1, complete=True, error=name), (Thread(0, name, 0, 2 * MS, MS),), (one,),
        (Cached(name, By(name, name, 1), 1),), (Startup(name, 1, name, 1, (name,), name),),
    )  # fmt: skip


class Page(HTMLParser):
    """What a browser sees of a page: its elements with their attributes, and the text in scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.contents: dict[str, str] = {}
        self.at = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.at = dict(attrs).get("id") or tag

    def handle_data(self, data: str) -> None:
        self.contents[self.at] = self.contents.get(self.at, "") + data

    def handle_endtag(self, tag: str) -> None:
        self.at = ""


@pytest.mark.parametrize("text", ["a", HOSTILE, "<", "&lt;", "$title", "\x00\x1b", "\udcff"])
def test_the_record_is_in_the_page_whatever_it_holds(text: str) -> None:
    made = record(text, text)
    page = Page(html(made))
    assert Record.from_json(json.loads(page.contents["record"])) == made
    assert len(page.elements) == len(Page(html(record())).elements), "no text became an element"


def test_text_that_utf_8_cannot_encode_does_not_keep_the_page_from_being_written() -> None:
    html(record("\udcff", "\udcff")).encode("utf-8")


def test_no_text_of_the_record_ends_its_element() -> None:
    text = html(record(HOSTILE, HOSTILE))
    start = text.index('<script type="application/json"')
    held = text[start + 1 : text.index('<script type="module">')]
    assert held.count("<") == 3, "the two ends and the second beginning"


def test_the_policy_allows_just_this_script_and_this_style() -> None:
    page = Page(html(record()))
    (policy,) = [
        facts["content"] for tag, facts in page.elements if facts.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy is not None
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"

    def digest(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    assert rules["script-src"] == digest(page.contents["script"])
    assert rules["style-src"] == digest(page.contents["style"])


def test_it_asks_for_nothing() -> None:
    page = Page(html(record()))
    assert [tag for tag, facts in page.elements if {"src", "srcset", "action", "style"} & facts.keys()] == []
    assert [facts["href"] for _, facts in page.elements if "href" in facts] == ["#modules"]
    own = page.contents["script"] + page.contents["style"]
    assert re.findall(r"https?://|url\(|@import|fetch\(|XMLHttpRequest|innerHTML|\beval\b", own) == []


def test_every_file_of_the_page_is_used() -> None:
    files = {one.name for one in (resources.files(module.__package__) / "page").iterdir()}
    assert files == {*module.SCRIPTS, "page.html", "page.css"}


def test_what_each_module_alone_costs_is_in_the_page() -> None:
    made = record()
    (one,) = made.imports
    loaded = Import(one.id, None, 0, "b", one.by, "loaded", 0, MS, MS, {})
    page = Page(html(Record("0", {}, ("x",), "", made.ended, made.threads, (loaded,))))
    assert json.loads(page.contents["alone"]) == [["b", MS, 0]]
