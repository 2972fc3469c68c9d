"""Programs whose tools reach into importing, or fake what it might ask: each ends as under CPython, twice in a row."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import trees

from .compare import SOURCE

# What is checked is changed while it is compiled: its bytecode is not everybody's.
CHECKED: trees.Tree = {
    "p": {"__init__.py": "", "checked.py": "def double(x: int) -> int:\n    return x * 2\n"},
    "plain.py": """
        import sys
        from p import checked
        print(checked.double("ab"), "typeguard" in sys.modules, "beartype" in sys.modules)
    """,
}
CALL = """
    from p import checked
    try:
        print(checked.double("ab"))
    except Exception as error:
        print(type(error).__name__)
"""

PROGRAMS: dict[str, tuple[trees.Tree, tuple[str, ...]]] = {
    "typeguard": (
        CHECKED | {"main.py": "import typeguard\ntypeguard.install_import_hook('p')\n" + trees.text(CALL)},
        ("main.py", "plain.py"),
    ),
    "typeguard after a plain run": (
        CHECKED | {"main.py": "import typeguard\ntypeguard.install_import_hook('p')\n" + trees.text(CALL)},
        ("plain.py", "main.py"),
    ),
    "beartype": (
        CHECKED | {"main.py": "from beartype.claw import beartype_package\nbeartype_package('p')\n" + trees.text(CALL)},
        ("main.py", "plain.py"),
    ),
    "pyfakefs": (
        {
            "lib": {"a.py": "value = 1"},
            "main.py": """
                import sys
                from pyfakefs.fake_filesystem_unittest import Patcher
                sys.path.insert(0, "lib")
                sys.dont_write_bytecode = True
                with Patcher() as patcher:
                    patcher.fs.create_file("/data/x.txt", contents="text")
                    import a, colorsys, xml.dom.minidom
                    try:
                        import x
                    except ImportError as error:
                        print(error)
                    print(a.value, colorsys.__name__, xml.dom.minidom.__name__, open("/data/x.txt").read())
            """,
        },
        ("main.py",),
    ),
    "freezegun": (
        {
            "lib": {"__init__.py": "", "a.py": ""},
            "main.py": """
                import time
                from freezegun import freeze_time
                with freeze_time("2012-01-14", auto_tick_seconds=5):
                    before = time.time()
                    import lib.a
                    print(time.time() - before)
            """,
        },
        ("main.py",),
    ),
}


def outcome(python: list[str], folder: Path, programs: tuple[str, ...]) -> list[object]:
    """Return what the programs print and how they end, one after the other, and which bytecode files there are then."""
    seen: list[object] = []
    for program in programs:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            [*python, program],
            cwd=folder,
            env=environment | {"PYTHONPATH": str(SOURCE)},
            capture_output=True,
            text=True,
        )
        seen.append((program, done.returncode, done.stdout, done.stderr))
    seen.append(sorted(str(file.relative_to(folder)) for file in folder.rglob("*.pyc")))
    return seen


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", PROGRAMS)
def test_a_program_ends_as_under_cpython(name: str, tmp_path: Path) -> None:
    tree, programs = PROGRAMS[name]
    stock, ours = trees.write(tree, tmp_path / "stock"), trees.write(tree, tmp_path / "ours")
    expected = outcome([sys.executable], stock, programs)
    assert [status for _, status, *_ in expected[:-1]] == [0] * len(programs), expected  # type: ignore[misc]
    assert outcome([sys.executable, "-m", "importal", "run"], ours, programs) == expected
