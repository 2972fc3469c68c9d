"""pytest, which rewrites and loads test modules by an import hook of its own, reports the same under importal."""

from __future__ import annotations

import difflib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import trees

from .compare import SOURCE

PROJECT: trees.Tree = {
    "conftest.py": """
        import pytest
        import plugin

        @pytest.fixture
        def number():
            return 3
    """,
    "plugin.py": """
        import pytest
        pytest.register_assert_rewrite("helper")
        import helper
    """,
    "helper.py": """
        def same(one, other):
            assert one == other, "from a helper"
            assert sorted([one]) == [other + 1]
    """,
    "code.txt": "not a module",
    "library": {"__init__.py": '"""\n>>> 1 + 1\n2\n>>> 1 + 2\n4\n"""\n', "inner.py": "value = {'a': [1, 2, 3]}\n"},
    "tests": {
        "__init__.py": "",
        "conftest.py": "import pytest\n\n@pytest.fixture\ndef pair(number):\n    return number, number + 1\n",
        "test_package.py": """
            from library import inner
            from . import shared

            def test_detail(pair):
                assert inner.value == {"a": [1, 2, 4]}

            def test_shared(pair):
                assert shared.twice(pair[0]) == pair[1]
        """,
        "shared.py": "def twice(value):\n    assert value\n    return 2 * value\n",
    },
    "flat": {
        "test_flat.py": """
            import importlib
            import sys
            import pytest
            import helper

            def test_passes(number):
                assert number == 3

            def test_fails(number):
                text = "a" * number
                assert text.upper() == "aaa" and number

            def test_in_helper():
                helper.same(1, 1)

            def test_loader():
                # pytest's hook has loaded the tests, and says so.
                assert type(__spec__.loader).__name__ == "AssertionRewritingHook"
                assert __spec__.loader is __loader__

            def test_reload():
                module = importlib.reload(sys.modules["helper"])
                assert module is helper

            @pytest.mark.parametrize("value", [1, "two", None])
            def test_each(value):
                assert value

            @pytest.mark.xfail(reason="it does")
            def test_expected():
                assert 0

            def test_import_error():
                import nowhere_to_be_found

            def test_importorskip():
                pytest.importorskip("nowhere_to_be_found", reason="it is not there")

            def test_monkeypatch(monkeypatch, tmp_path):
                (tmp_path / "fresh.py").write_text("value = 1")
                monkeypatch.syspath_prepend(tmp_path)
                import fresh
                assert fresh.value == 2
        """,
        "test_broken.py": "import nowhere_to_be_found\n",
        "test_syntax.py": "def test(:\n",
        "test_warns.py": "import warnings\nwarnings.warn('at import')\n\ndef test_it():\n    warnings.warn('inside')\n",
    },
}


def report(folder: Path, options: list[str], *, under_importal: bool) -> tuple[int, str, list[str]]:
    """Run pytest in a folder; return its exit status, its report without times, and the bytecode files it has written."""
    runner = ["-m", "importal", "run"] if under_importal else []
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "LD_LIBRARY_PATH") if name in os.environ}
    result = subprocess.run(
        [sys.executable, *runner, "-m", "pytest", "-vv", "-rA", "-p", "no:cacheprovider", "--continue-on-collection-errors", *options],
        capture_output=True, text=True, cwd=folder, check=False,
        env={**kept, "HOME": str(folder), "PYTHONPATH": str(SOURCE), "COLUMNS": "100", "PYTHONHASHSEED": "0"},
    )  # fmt: skip
    text = re.sub(r"\bin \d+\.\d+s\b", "in TIME", result.stdout + result.stderr)
    text = re.sub(
        r"=+( .* in TIME )=+", r"\1", re.sub(r"0x[0-9a-f]+|/\S*pytest-of-\S*?/test_monkeypatch\d*", "...", text)
    )
    # Frames of the interpreter's own import system, which pytest shows; importal's are not shown.
    text = re.sub(r"<frozen importlib\.\w+>:\d+: in \w+\n( .*\n)*", "", text)
    return result.returncode, text, sorted(str(path.relative_to(folder)) for path in folder.rglob("*.pyc"))


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--import-mode=append"],
        ["--import-mode=importlib"],
        ["--doctest-modules"],
        ["--assert=plain"],
        ["-p", "plugin"],
    ],
    ids=" ".join,
)
def test_same_report(tmp_path: Path, options: list[str]) -> None:
    """Cold, and again with the bytecode of the rewritten modules that the other one has written."""
    folder = tmp_path / "project"
    trees.write(PROJECT, folder)
    stock = report(folder, options, under_importal=False)
    assert "passed" in stock[1], "pytest itself did not run"
    assert "failed" in stock[1]
    after_stock = report(folder, options, under_importal=True)
    shutil.rmtree(folder)
    trees.write(PROJECT, folder)
    ours = report(folder, options, under_importal=True)
    after_ours = report(folder, options, under_importal=False)
    for other in (ours, after_stock, after_ours):
        assert "\n".join(difflib.unified_diff(stock[1].splitlines(), other[1].splitlines(), lineterm="")) == ""
        assert other == stock
    if "--assert=plain" not in options:
        assert any("pytest-" in name for name in ours[2])
