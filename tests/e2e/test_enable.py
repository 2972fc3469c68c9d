"""`importal enable` and `importal disable`, in a virtual environment made for it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import trees

from .conftest import SOURCES, Result, environment, without_roots_rights

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the folders of an environment are named otherwise there"
)

ACTIVE = """
import json, sys
spec = sys.modules.get("importal.spec")
print("importal" in sys.modules, spec is not None and type(json.__spec__) is spec.ModuleSpec)
"""


class Environment:
    """A virtual environment that has importal, as an editable installation has it."""

    def __init__(self, folder: Path) -> None:
        venv.EnvBuilder(with_pip=False, symlinks=True).create(folder)
        self.python = folder / "bin" / "python"
        (self.site_packages,) = folder.glob("lib/python*/site-packages")
        (self.site_packages / "_importal.pth").write_text(f"{SOURCES}\n")
        self.start_file = self.site_packages / "importal.pth"
        self.own = self.site_packages / f"importal-start-{sys.implementation.cache_tag}.modules"

    def run(self, *arguments: str, limited: bool = False, flags: tuple[str, ...] = ()) -> Result:
        variables = environment()
        del variables["PYTHONPATH"]
        done = subprocess.run(
            [str(self.python), *flags, *arguments],
            capture_output=True,
            text=True,
            env=variables,
            cwd=self.python.parent,
            preexec_fn=without_roots_rights if limited else None,
            timeout=60,
            check=False,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def importal(self, *arguments: str, limited: bool = False) -> Result:
        return self.run("-m", "importal", *arguments, limited=limited)


@pytest.fixture
def env(tmp_path: Path) -> Environment:
    return Environment(tmp_path / "env")


def test_enable_and_disable(env: Environment) -> None:
    assert env.run("-c", ACTIVE).out == "False False\n"
    before = set(env.site_packages.iterdir())

    said = env.importal("enable")
    assert (said.status, said.err) == (0, "")
    assert said.out == (
        f"importal enabled for {env.python}\n  wrote {env.start_file}\n  wrote {env.own}\n  undo with: importal disable\n"
    )
    assert set(env.site_packages.iterdir()) - before == {env.start_file, env.own}
    assert env.run("-c", ACTIVE) == Result(0, "True True\n", "")

    content = env.start_file.read_bytes()
    assert env.importal("enable") == Result(0, f"importal was enabled already: {env.start_file}\n", "")
    assert env.start_file.read_bytes() == content

    said = env.importal("disable")
    assert said == Result(
        0, f"importal disabled for {env.python}\n  removed {env.start_file}\n  removed {env.own}\n", ""
    )
    assert set(env.site_packages.iterdir()) == before
    assert env.run("-c", ACTIVE).out == "False False\n"
    assert env.importal("disable") == Result(0, f"importal was not enabled: there is no {env.start_file}\n", "")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has file names in UTF-8 only")
def test_folders_whose_names_are_not_in_utf_8(env: Environment, tmp_path: Path) -> None:
    """A pack in one, and an environment that is in one."""
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff"))
    trees.write({"main.py": "import json\nprint(json.__loader__._packed is not None)"}, folder)
    assert env.importal("pack", "--sealed", "-o", str(folder / "app.pack"), str(folder / "main.py")).status == 0
    assert env.importal("enable", "--pack", str(folder / "app.pack")).status == 0
    env.python.parent.parent.rename(folder / "env")
    moved = folder / "env" / "bin" / "python"
    done = subprocess.run([moved, folder / "main.py"], capture_output=True, text=True, env=environment(), check=True)
    assert (done.stdout, done.stderr) == ("True\n", "")
    done = subprocess.run([moved, "-m", "importal", "disable"], capture_output=True, env=environment(), check=True)
    assert os.fsencode(folder / "env") in done.stdout


def test_everything_still_starts(env: Environment, tmp_path: Path) -> None:
    """Each way of starting python, with importal enabled, says the same as without."""
    trees.write(
        {"m.py": "import sys\nprint(__name__, sys.argv)", "p": {"__main__.py": "import json\nprint(json.__name__)"}},
        tmp_path,
    )
    starts = [
        ("-c", "print(1)"),
        ("-c", "import json; print(json.dumps([1]))"),
        ("-c", "import no_such_module"),
        ("-c", "import sys; sys.exit(3)"),
        (str(tmp_path / "m.py"), "a"),
        (str(tmp_path / "p"),),
        ("-m", "json.tool", "--help"),
        ("-m", "site", "--user-site"),
        ("-I", "-c", "import json; print(json.__name__)"),
        ("-S", "-c", "import json; print(json.__name__)"),
        ("-O", "-c", "import ast; print(__debug__)"),
        ("-X", "importtime", "-c", "pass"),
    ]
    without = [env.run(*start) for start in starts]
    assert env.importal("enable").status == 0
    for start, before in zip(starts, without, strict=True):
        now = env.run(*start)
        assert (now.status, now.out) == (before.status, before.out), start
        if "importtime" not in start:
            assert now.err == before.err, start


def test_nothing_is_loaded_for_a_program_that_imports_nothing(env: Environment) -> None:
    env.importal("enable")
    program = "import sys; print(sorted(name for name in sys.modules if name.startswith('importal')))"
    assert env.run("-c", program).out == "['importal', 'importal._start']\n"


@pytest.mark.parametrize("imported", ["sys", "sys, colorsys", "sys, itertools, gc, colorsys", "sys, json"])
def test_the_table_holds_what_the_program_has_asked_for(env: Environment, imported: str) -> None:
    program = f"import {imported}; print(sorted(name for name in sys.modules if name.partition('.')[0] != 'importal'))"
    without = env.run("-c", program).out
    env.importal("enable")
    for _ in range(2):  # without importal's own modules in one file, and with them
        assert env.run("-c", program).out == without


def test_starts_read_importal_without_annotations(env: Environment) -> None:
    """Which takes compiling it: the file that a start writes when it finds none is made of the bytecode there is."""
    program = "import colorsys, sys; find = sys.modules['importal.search'].find; print(sorted(find.__annotations__))"
    annotated = "['events', 'name', 'path', 'return', 'state', 'target']\n"
    env.importal("enable")
    size = env.own.stat().st_size
    assert env.run("-c", program) == Result(0, "[]\n", "")
    env.own.unlink()
    assert [env.run("-c", program).out for _ in range(2)] == [annotated, annotated]
    whole = env.own.stat().st_size
    assert whole > size
    env.importal("enable")  # again, as after a new version of importal
    assert env.run("-c", program) == Result(0, "[]\n", "")
    assert env.own.stat().st_size < whole


def test_a_start_sees_that_an_installed_importal_was_touched(env: Environment) -> None:
    """Which is looked at in one place only: installers replace all of it."""
    (env.site_packages / "_importal.pth").unlink()
    installed = env.site_packages / "importal"
    shutil.copytree(SOURCES / "importal", installed, ignore=shutil.ignore_patterns("__pycache__"))
    assert env.importal("enable").status == 0
    content = env.own.read_bytes()
    assert env.run("-c", "import colorsys") == Result(0, "", "")
    assert env.own.read_bytes() == content
    os.utime(installed / "__init__.py", ns=(0, 0))
    assert env.run("-c", "import colorsys") == Result(0, "", "")
    assert env.own.read_bytes() != content


def test_one_start_without(env: Environment) -> None:
    """For whoever looks for what is to blame."""
    env.importal("enable")
    off = "import os, sys; os.environ['IMPORTAL_OFF'] = '1'; os.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    assert env.run("-c", off, "-c", ACTIVE).out == "True False\n"  # what would load it was there
    assert env.run("-c", off, "-I", "-c", ACTIVE).out == "True True\n"
    assert env.run("-c", ACTIVE).out == "True True\n"


def test_disabling_removes_what_was_left(env: Environment) -> None:
    """Of an environment whose start-up file was deleted by hand."""
    env.importal("enable")
    env.start_file.unlink()
    said = env.importal("disable")
    assert said.out == f"importal was not enabled: there is no {env.start_file}\n  removed {env.own}\n"
    assert not env.own.exists()


def test_children_too(env: Environment) -> None:
    """What a program starts as a plain python is in the same environment."""
    env.importal("enable")
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {ACTIVE!r}], check=True)"
    assert env.run("-c", program).out == "True True\n"


def test_importal_that_was_uninstalled_meanwhile(env: Environment) -> None:
    """The interpreter starts all the same and says what is left over."""
    env.importal("enable")
    (env.site_packages / "_importal.pth").unlink()
    result = env.run("-c", "print('started')")
    assert (result.status, result.out) == (0, "started\n")
    # site reads the files of a virtual environment twice, up to CPython 3.12.
    said = f"importal is enabled here but not installed; remove {env.start_file}"
    assert set(result.err.splitlines()) == {said}
    env.start_file.unlink()
    assert env.run("-c", "print('started')") == Result(0, "started\n", "")


def test_importal_that_is_not_installed(env: Environment, tmp_path: Path) -> None:
    """Found by PYTHONPATH alone, it would be missing at the next start."""
    (env.site_packages / "_importal.pth").unlink()
    done = subprocess.run(
        [str(env.python), "-m", "importal", "enable"],
        capture_output=True,
        text=True,
        env=environment(),
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"importal enable: importal is not installed in {tmp_path / 'env'}; install it there first "
        f"({env.python} -m pip install FOLDER, importal's checkout)\n"
    )
    assert not env.start_file.exists()


@pytest.mark.parametrize("command", ["enable", "disable"])
def test_an_environment_that_cannot_be_written_to(env: Environment, command: str) -> None:
    if command == "disable":
        env.importal("enable")
    before = {file: file.read_bytes() for file in env.site_packages.iterdir() if file.is_file()}
    env.site_packages.chmod(0o555)
    try:
        result = env.importal(command, limited=True)
    finally:
        env.site_packages.chmod(0o755)
    assert result.status == 1
    assert result.out == ""
    assert result.err == f"importal {command}: {env.start_file}: Permission denied; nothing was changed\n"
    assert {file: file.read_bytes() for file in env.site_packages.iterdir() if file.is_file()} == before


def test_a_start_file_of_another_version_is_replaced(env: Environment) -> None:
    env.start_file.write_text("import an_older_line\n")
    said = env.importal("enable")
    # The old line fails at each start until it is replaced, and site says so.
    assert said.status == 0
    assert "importal enabled for" in said.out
    assert env.run("-c", ACTIVE) == Result(0, "True True\n", "")


def test_something_in_the_start_files_place(env: Environment) -> None:
    env.start_file.mkdir()
    for command in ("enable", "disable"):
        result = env.importal(command)
        assert result.status == 1
        assert f"importal {command}: {env.start_file}: " in result.err
        assert result.err.endswith("; nothing was changed\n")
    assert env.start_file.is_dir()
    assert [file.name for file in env.site_packages.iterdir() if file.name.startswith("importal.pth.")] == []


def test_threads_at_the_start(env: Environment, tmp_path: Path) -> None:
    """The first imports of the process come from several threads at once."""
    env.importal("enable")
    trees.write({f"m{number}.py": "import time\ntime.sleep(0.01)\nx = 1" for number in range(3)}, tmp_path)
    program = f"""
import sys, _thread, time
sys.path.insert(0, {str(tmp_path)!r})
seen = []
def work():
    import m0, m1, m2
    seen.append(m0.x + m1.x + m2.x)
for _ in range(4):
    _thread.start_new_thread(work, ())
end = time.monotonic() + 20
while len(seen) < 4 and time.monotonic() < end:
    time.sleep(0.01)
print(seen)
"""
    for _ in range(3):
        assert env.run("-c", program) == Result(0, "[3, 3, 3, 3]\n", "")


def test_a_long_path_is_indexed(env: Environment, tmp_path: Path) -> None:
    """An import then looks only where its name is; and the index goes with the rest."""
    folders = [tmp_path / f"folder{number}" for number in range(30)]
    for number, folder in enumerate(folders):
        trees.write({f"m{number}.py": f"value = {number}"}, folder)
    (env.site_packages / "folders.pth").write_text("".join(f"{folder}\n" for folder in folders))
    index = env.site_packages / f"importal-index-{sys.implementation.cache_tag}.pack"
    assert f"wrote {index}: " in env.importal("enable").out
    program = (
        "import sys, m29; print(m29.value, sorted(entry for entry in sys.path_importer_cache if 'folder' in entry))"
    )
    assert env.run("-c", program).out == f"29 ['{folders[29]}']\n"
    trees.write({"m30.py": "value = 30"}, folders[0])
    assert env.run("-c", "import m30; print(m30.value)").out == "30\n"
    assert f"wrote {index}: " in env.importal("enable").out
    assert f"removed {index}" in env.importal("disable").out
    assert "importal-index" not in env.importal("enable", "--no-index").out


def test_a_short_path_is_indexed_when_asked_for(env: Environment) -> None:
    assert "importal-index" not in env.importal("enable").out
    assert "importal-index" in env.importal("enable", "--index").out
    assert env.run("-c", "import colorsys; print(colorsys.__name__)").out == "colorsys\n"
