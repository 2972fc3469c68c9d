"""export/text.py and export/tree.py: what they say of records whose parts are known, in whole lines."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import timed_records as records
import trees
from importal.export import render
from importal.export.text import Selection, report
from importal.observe.record import Ended, Record
from timed_records import I, record

SHOP = record(
    I("shop", 1, [I("shop.goods", 2, [I("json", 5)]), I("shop.till", 9, [I("json.tool", 0.5)])]),
    I("colours", 3),
)


def tree(record: Record, **selection: Any) -> list[str]:
    """Return the lines of the tree itself."""
    lines = render(record, "tree", Selection(**selection)).splitlines()
    return lines[lines.index("  total ms  self ms  module") + 1 :]


def modules(lines: list[str]) -> list[str]:
    """Return the modules of tree lines with their indentation, less what stands before and behind."""
    return [line[21:].partition("  app.py")[0] if "app.py" in line else line[21:] for line in lines]


def test_the_summary() -> None:
    """Every figure follows from the record's literal."""
    assert render(records.everything(), "text") == trees.text(r"""
        app.py one
          recorded  2026-01-02T03:04:05+00:00 by importal 0.1.0 on CPython 3.14.0 linux
          time      13.50 ms; imports 15.50 ms, the program's own code 7.00 ms (in 3 threads, side by side)
          ended     exit status 0
          modules   5 loaded, 1 failed, 1 found; found in the table 12 times
          files     1,234 bytes read; calls: 3 stat, 1 list, 2 open
          garbage   0.00 ms of the imports' time went into its collection

            ms   share  phase
          4.38  28.2 %  execute
          4.12  26.6 %  find
          4.00  25.8 %  wait
          3.00  19.4 %  compile

          self ms  total ms  slowest without the imports inside
             5.00      7.00  shop.goods  app.py:2; compiled, bytecode missing: none there
             4.00      4.00  json  app.py:6; found
             2.00     10.00  shop  app.py:1
             2.00      2.00  none  app.py:3; failed and was handled: ModuleNotFoundError: No module named 'none'
             1.00      1.00  json  app.py:4
             1.00      1.00  late  app.py:7
             0.50      0.50  ünï 名\x1b[31m;\n</script>

          total ms  self ms  slowest with the imports inside
             10.00     2.00  shop  app.py:1
              7.00     5.00  shop.goods  app.py:2; compiled, bytecode missing: none there
              4.00     4.00  json  app.py:6; found
              2.00     2.00  none  app.py:3; failed and was handled: ModuleNotFoundError: No module named 'none'
              1.00     1.00  json  app.py:4
              1.00     1.00  late  app.py:7
              0.50     0.50  ünï 名\x1b[31m;\n</script>

          self ms  modules  distribution
             5.00        1  thing 1.2
             4.50        4  local Python modules
             4.00        0  waiting for other imports
             2.00        0  failed imports

          self ms  imports  failed
             2.00        1  ModuleNotFoundError: No module named 'none'  app.py:3; handled

            ms  modules  compiled, by the state of the bytecode
          3.00        1  missing, then written  shop.goods; shop.goods: missing: none there; written

            ms  modules  start-up file
          7.00        2  /lib/site-packages/x.pth:1  import x
          0.00        0  /lib/sitecustomize.py  failed: ValueError: no
    """)


def test_the_tree() -> None:
    assert tree(SHOP) == [
        "     17.50     1.00  shop  app.py:1",
        "      9.50     9.00    shop.till  app.py:4",
        "      0.50     0.50      json.tool  app.py:5",
        "      7.00     2.00    shop.goods  app.py:2",
        "      5.00     5.00      json  app.py:3",
        "      3.00     3.00  colours  app.py:6",
    ]


@pytest.mark.parametrize(
    ("sort", "names"),
    [
        ("time", ["shop", "  shop.till", "    json.tool", "  shop.goods", "    json", "colours"]),
        ("self", ["colours", "shop", "  shop.till", "    json.tool", "  shop.goods", "    json"]),
        ("order", ["shop", "  shop.goods", "    json", "  shop.till", "    json.tool", "colours"]),
    ],
)
def test_sort(sort: str, names: list[str]) -> None:
    assert modules(tree(SHOP, sort=sort)) == names


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({"depth": 1}, ["shop", "  (2 imports)", "colours"]),
        ({"depth": 2}, ["shop", "  shop.till", "    (1 import)", "  shop.goods", "    (1 import)", "colours"]),
        ({"hide_under": 4 * records.MS}, ["shop", "  shop.till", "    (1 import)", "  shop.goods", "    json", "(1 more)"]),
        ({"hide_under": 99 * records.MS}, ["(2 imports)"]),
        ({"match": "json"}, ["shop", "  shop.till", "    json.tool", "  shop.goods", "    json"]),
        ({"match": "*.till"}, ["shop", "  shop.till"]),
        ({"match": "col?urs"}, ["colours"]),
        ({"match": "JSON"}, []),
        ({"match": "json", "depth": 1}, ["shop", "  (2 imports)"]),
    ],
)  # fmt: skip
def test_selection(selection: dict[str, Any], names: list[str]) -> None:
    assert modules(tree(SHOP, **selection)) == names


def test_what_is_hidden_is_counted_with_its_time() -> None:
    assert tree(SHOP, depth=1)[1] == "     16.50             (2 imports)"


def test_threads_have_lines_of_their_own() -> None:
    lines = tree(records.everything(), depth=1)
    assert lines == [
        "     13.50     3.00  MainThread  a thread; its own code",
        "     10.00     2.00    shop  app.py:1",
        "      8.00               (2 imports)",
        r"      0.50     0.50    ünï 名\x1b[31m;\n</script>",
        "      6.00     2.00  worker  a thread; its own code",
        "      4.00     4.00    json  app.py:6; found",
        "      3.00     2.00  thread 2  a thread; its own code",
        "      1.00     1.00    late  app.py:7",
    ]


def test_circular_statements_stand_in_order_only() -> None:
    circle = record(I("a", 1, [I("b", 1, [I("a", 0, (), {"outcome": "circular"})])]))
    assert modules(tree(circle)) == ["a", "  b"]
    assert tree(circle, sort="order")[2] == "      0.00     0.00      a  app.py:3; circular"


def test_failures_are_told_by_error() -> None:
    """What an exception passes through is told once, with the places; and whether the program went on."""
    failed = {"outcome": "failed", "error": "E: no x", "handled": True}
    ended = {"outcome": "failed", "error": "E: end", "handled": False, "by": records.By("m", "m.py", 1)}
    found = record(
        I("p", 1, [I("p.x", 2, (), failed)], failed), I("x", 4, (), failed), I("y", 1, (), ended), I("y", 1, (), ended)
    )
    (table,) = (table for table in report(found).tables if table.title == "failed")
    assert [(row.numbers, row.text, row.detail, row.sort) for row in table.rows] == [
        (("7.00", "3"), "E: no x", "app.py:1 and 2 more; handled", ""),
        (("2.00", "2"), "E: end", "m.py:1; not handled", "failed"),
    ]


@pytest.mark.parametrize(
    ("ended", "words"),
    [
        (Ended(3, complete=True), "exit status 3"),
        (Ended(-9, complete=False), "killed by signal 9; the record stops before the program did"),
        (Ended(1, complete=True, error="ValueError: x\ny"), r"exit status 1; ValueError: x\ny"),
        (Ended(None, complete=False), "how it ended is not known; the record stops before the program did"),
    ],
)
def test_how_it_ended(ended: Ended, words: str) -> None:
    assert f"\n  ended     {words}\n" in render(replace(SHOP, ended=ended), "text")


def test_no_line_is_broken_by_a_name() -> None:
    odd = record(I("a\nb\rc\x1b[2J\x85\u2028d", 1, (), {"outcome": "failed", "error": "x\ny"}), target=("-c", "a\nb"))
    for form in ("text", "tree"):
        text = render(odd, form)
        assert text.isprintable() is False, "line ends at least"
        assert all(line.isprintable() for line in text.split("\n"))
    assert r"a\nb\rc\x1b[2J\x85\u2028d" in text


def test_nothing_to_show() -> None:
    nothing = replace(record(), threads=())
    assert "0 loaded" in render(nothing, "text")
    assert tree(nothing) == []


def test_deep_and_long() -> None:
    """Deeper than Python calls, and 5,000 modules."""
    deep = I("m0")
    for number in range(1, 3000):
        deep = I(f"m{number}", 0.001, [deep])
    assert len(tree(record(deep))) == 3000
    assert len(tree(records.big())) == 5000
