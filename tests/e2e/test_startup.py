"""What start-up files do before a traced program begins, in real virtual environments."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

import trees

from .environments import Home

MS = 1_000_000


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "env", importal=True)
    trees.write({"app.py": "import colorsys\nprint('ran')\n"}, home.folder)
    return home


def startup(home: Home, *flags: str, **changes: str) -> dict[str, dict[str, Any]]:
    """Trace the program; return what its record says of start-up files, by the name of the file and the line."""
    result = home.run(*flags, "-m", "importal", "trace", "-o", "out.json", "app.py", **changes)
    assert (result.status, result.out) == (0, "ran\n"), result.err
    found = json.loads((home.folder / "out.json").read_text())["startup"]
    return {f"{Path(one['file']).name}:{one['line']}": one for one in found}


def test_nothing_to_execute(home: Home) -> None:
    (home.site_packages / "path.pth").write_text(str(home.folder))
    assert startup(home) == {}


def test_each_line_with_its_time_and_modules(home: Home) -> None:
    trees.write({
        "a.pth": "# nothing\nimport first; first.go()\nimport sys, first, shared\n",
        "b.pth": "import shared\nimport no_such_module\n",
        "first.py": "import inner, time\ndef go(): time.sleep(0.05)\n", "inner.py": "", "shared.py": "",
        "sitecustomize.py": "import late\nimport first\nlate.fails()\n",
        "late.py": "import time\ntime.sleep(0.03)\ndef fails(): raise ValueError('no')\n",
    }, home.site_packages)  # fmt: skip
    found = startup(home)
    assert list(found) == ["a.pth:2", "a.pth:3", "b.pth:1", "b.pth:2", "sitecustomize.py:None"]
    assert [[name for name in one["modules"] if name != "time"] for one in found.values()] == [
        ["inner", "first"] if found["a.pth:2"]["modules"][0] == "inner" else ["first", "inner"],
        ["shared"], [], [], ["late"],
    ]  # fmt: skip
    assert found["a.pth:2"]["time"] >= 50 * MS
    assert found["sitecustomize.py:None"]["time"] >= 30 * MS
    assert found["a.pth:2"]["file"] == str(home.site_packages / "a.pth")
    assert found["a.pth:2"]["text"] == "import first; first.go()"
    assert [one["error"] for one in found.values()] == [
        None, None, None, "ModuleNotFoundError: No module named 'no_such_module'", "ValueError: no",
    ]  # fmt: skip


def test_it_is_rendered(home: Home) -> None:
    trees.write({"a.pth": "import slow\n", "slow.py": "import time\ntime.sleep(0.02)\n"}, home.site_packages)
    startup(home)
    text = home.importal("show", "out.json").out
    (line,) = (line for line in text.splitlines() if "a.pth:1" in line)
    assert float(line.split()[0]) >= 20
    assert line.split()[1:] == ["1" if "time" in sys.builtin_module_names else "2", str(home.site_packages / "a.pth:1"), "import", "slow"]  # fmt: skip
    assert '"file":"' + str(home.site_packages / "a.pth") in home.importal("show", "out.json", "--format", "html").out


def test_what_the_program_sees_is_what_it_would_see(home: Home) -> None:
    """The start-up lines are executed in a process of their own; the program's own start is as ever."""
    trees.write({"a.pth": "import shared\n", "shared.py": "import os\nseen = os.getpid()\n"}, home.site_packages)
    (home.folder / "app.py").write_text("import os, shared, sys\nprint(shared.seen == os.getpid(), sys.flags)\n")
    plain = home.importal("run", "app.py")
    assert plain.out.startswith("True ")
    assert home.importal("trace", "app.py").out == plain.out


def test_as_the_interpreter_was_started(home: Home) -> None:
    trees.write({"user.py": "", "usercustomize.py": "import user\n"}, home.folder / "more")
    trees.write({"a.pth": "import shared\n", "shared.py": ""}, home.site_packages)
    more = str(home.folder / "more")
    # An environment has no user site, and so no usercustomize, whatever PYTHONPATH has.
    assert list(startup(home, PYTHONPATH=more)) == ["a.pth:1"]
    (home.folder / "more" / "usercustomize.py").rename(home.folder / "more" / "sitecustomize.py")
    assert list(startup(home, PYTHONPATH=more)) == ["a.pth:1", "sitecustomize.py:None"]
    assert list(startup(home, "-E", PYTHONPATH=more)) == ["a.pth:1"]
    (home.site_packages / "a.pth").write_text("import sys; assert sys.flags.utf8_mode == 0\n")
    assert startup(home, "-X", "utf8=0")["a.pth:1"]["error"] is None
    assert startup(home, "-X", "utf8=1")["a.pth:1"]["error"] == "AssertionError: "
    assert startup(home, "-S", PYTHONPATH=str(home.site_packages)) == {}


def test_usercustomize(home: Home, tmp_path: Path) -> None:
    shared = Home(tmp_path / "shared", importal=True, system_site_packages=True)
    trees.write({"app.py": "print('ran')\n"}, shared.folder)
    trees.write({"usercustomize.py": "", "sitecustomize.py": ""}, tmp_path / "more")
    found = startup(shared, PYTHONPATH=str(tmp_path / "more"), PYTHONUSERBASE=str(tmp_path / "user"))
    assert [name for name in found if name.endswith("None")] == ["sitecustomize.py:None", "usercustomize.py:None"]


def test_a_start_that_cannot_be_measured(home: Home) -> None:
    """The program is run all the same."""
    line = "import sys, os; '-S' in sys.orig_argv and os._exit(7)\n"
    (home.site_packages / "a.pth").write_text(line)
    result = home.importal("trace", "-o", "out.json", "app.py")
    assert (result.status, result.out) == (0, "ran\n")
    assert result.err.startswith("importal trace: what start-up files do is not in the record: ")
    assert "status 7" in result.err


@pytest.mark.skipif(sys.version_info < (3, 15), reason="PEP 829 begins with CPython 3.15")
def test_entry_points_come_after_all_lines(home: Home) -> None:
    trees.write({
        "a.start": "# nothing\nhelper:go\n", "a.pth": "import never\n", "b.pth": "import shared\n",
        "helper.py": "import shared\ndef go(): import late\n", "shared.py": "", "late.py": "",
    }, home.site_packages)  # fmt: skip
    found = startup(home)
    assert list(found) == ["b.pth:1", "a.start:2"]
    assert found["b.pth:1"]["modules"] == ["shared"]
    assert {"helper", "late"} <= set(found["a.start:2"]["modules"])
