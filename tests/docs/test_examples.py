"""Every example in README.md and docs/ does what the page says it does."""

from __future__ import annotations

from pathlib import Path

import pytest

from .page import Block, blocks, commands
from .reader import Reader

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=[str(page.relative_to(ROOT)) for page in PAGES])
def test_page(page: Path, tmp_path: Path) -> None:
    """Done from top to bottom in an empty folder, the page holds."""
    wrong = list(Reader(tmp_path).read(page))
    assert not wrong, "\n\n".join(wrong)


def test_files_are_used() -> None:
    """A file that a page has its reader save is named in another example of the page: it is not saved for nothing."""
    unused = []
    for page in PAGES:
        examples = blocks(page)
        for block in examples:
            if block.file is not None:
                words = {Path(block.file).stem, Path(block.file).parent.name} - {"", "__init__", "__main__"}
                if not any(word in other.text for other in examples if other is not block for word in words):
                    unused.append(f"{page.name}:{block.line}: {block.file}")
    assert unused == []


# --- that a page can fail ------------------------------------------------------------------------------------------

RIGHT = """\
```python
# tea.py
price = 3
```

```console
$ python -c "import tea; print(tea.price)"
3
$ python -c "import coffee" 2>/dev/null
$ echo $?
1
$ python -c "import os; print(os.getcwd())"
/tmp/tour
```

```python
>>> import tea
>>> tea.price, object()
(3, <object object at 0x1234>)
```

```python
import tea
assert tea.price == 3
```

```python
>>> tea.price + 1  # the session goes on
4
```
"""


def test_a_true_page_holds(tmp_path: Path) -> None:
    """The examples below differ from this page in one place each."""
    page = tmp_path / "page.md"
    page.write_text(RIGHT)
    assert list(Reader(tmp_path).read(page)) == []


@pytest.mark.parametrize(
    ("true", "false", "told"),
    [
        pytest.param("\n3\n$", "\n4\n$", "page.md:7: line 7", id="output of a command"),
        pytest.param("\n1\n$ python", "\n$ python", "page.md:7: line 10", id="output left out"),
        pytest.param("$ echo $?\n1\n", "", "does not say so", id="exit status left out"),
        pytest.param("(3, <obj", "(4, <obj", "line 18", id="value in a session"),
        pytest.param("+ 1  # the", "+ 2  # the", "line 28", id="later block of the session"),
        pytest.param("assert tea.price == 3", "assert tea.price == 4", "page.md:23: exit status 1", id="program"),
        pytest.param("price = 3\n", "price = = 3\n", "is not Python", id="file"),
        pytest.param("assert tea", "print(tea", "shown with its output", id="program that prints"),
    ],
)
def test_a_false_page_fails(true: str, false: str, told: str, tmp_path: Path) -> None:
    """One false example makes the page fail, and the report says where."""
    assert RIGHT.count(true) == 1
    page = tmp_path / "page.md"
    page.write_text(RIGHT.replace(true, false).replace("print(tea.price == 3", "print(tea.price == 3)"))
    wrong = list(Reader(tmp_path).read(page))
    assert wrong
    assert told in wrong[0]


def test_an_unknown_kind_of_fence_is_a_mistake(tmp_path: Path) -> None:
    """A fence with a misspelt language would never be run."""
    page = tmp_path / "page.md"
    page.write_text("```pyhton\nx\n```\n")
    with pytest.raises(ValueError, match="pyhton"):
        blocks(page)


def test_a_console_block_begins_with_a_command() -> None:
    """Output that belongs to no command would never be compared."""
    with pytest.raises(ValueError, match="begins with"):
        list(commands(Block("console", 1, "output\n$ command\n")))
