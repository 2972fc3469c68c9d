"""`importal doctor` in real virtual environments: healthy ones, and one thing wrong at a time."""

from __future__ import annotations

import json
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trees

from .conftest import environment, without_roots_rights
from .environments import COMMAND, Home, project, run_plainly

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the commands shown are those of a POSIX shell here")


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "env")


@pytest.fixture
def inhabited(tmp_path: Path) -> Home:
    """An environment that has importal itself."""
    return Home(tmp_path / "inhabited", importal=True)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """An empty folder to start programs in."""
    return trees.write({}, tmp_path / "here")


Report = Callable[..., dict[str, Any]]


@pytest.fixture
def report(home: Home, here: Path) -> Report:
    """Return a function that examines the environment from the folder and returns the JSON document."""

    def examine(*arguments: str, status: int | None = None, **how: Any) -> dict[str, Any]:
        command = [*COMMAND, "doctor", "--json", "--python", str(home.python), *arguments]
        result = run_plainly(command, **{"cwd": here, **how})
        assert result.err == ""
        document: dict[str, Any] = json.loads(result.out)
        assert result.status == (0 if document["healthy"] else 1)
        assert status in {None, result.status}, document
        return document

    return examine


def findings(document: dict[str, Any], kind: str | None = None) -> list[dict[str, Any]]:
    """Return the findings of one kind, or all."""
    return [one for check in document["checks"] for one in check["findings"] if kind in {None, one["kind"]}]


def only(document: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the one finding that counts, which is of this kind; of the same kind there is no other."""
    counting = {one["kind"] for one in findings(document) if one["severity"] != "note"}
    assert counting <= {kind}, counting
    (found,) = findings(document, kind)
    assert found["title"]
    assert found["advice"]
    return found


def do(home: Home, finding: dict[str, Any], here: Path) -> None:
    """Type the commands of a finding, as a user would; answer yes to what they ask."""
    for command in finding["commands"]:
        subprocess.run(["sh", "-c", f"yes | {command}"], cwd=here, env=environment(), timeout=60, check=True)


# ---------------------------------------------------------------- healthy


def test_a_fresh_environment_is_healthy(inhabited: Home, here: Path) -> None:
    result = inhabited.importal("doctor", cwd=here)
    assert (result.status, result.err) == (0, "")
    assert result.out.startswith(f"Python {sys.version.split()[0]} at {inhabited.python}\n")
    assert result.out.endswith("\n\nhealthy\n")


def test_an_enabled_environment_is_healthy(inhabited: Home, here: Path, report: Report) -> None:
    """The file that `importal enable` writes is explained; it is no finding."""
    assert inhabited.importal("enable").status == 0
    result = inhabited.importal("doctor", cwd=here)
    assert (result.status, result.err) == (0, "")
    assert "1 line that executes code; importal.pth is importal's own (" in result.out
    assert result.out.endswith("\n\nhealthy\n")
    document = report("--python", str(inhabited.python))
    assert findings(document) == []
    path = document["environment"]["path"]
    assert path[0] == {"entry": "", "kind": "folder"}
    assert not any(entry["entry"].endswith("doctor") for entry in path), "the folder of the examination's own programs"
    assert {entry["kind"] for entry in path} == {"folder", "standard library", "site"}


def test_an_environment_that_was_used_is_healthy(home: Home, here: Path, tmp_path: Path, report: Report) -> None:
    """Installed projects, an editable one among them, imported modules and namespace packages are no findings."""
    home.install(
        project(tmp_path / "one", "one", "1", {"one": {"__init__.py": "", "sub.py": ""}, "shared": {"a.py": ""}})
    )
    home.install(project(tmp_path / "two", "two", "1", {"two.py": "", "shared": {"b.py": ""}}))
    home.install(project(tmp_path / "three", "three", "1", {"three.py": ""}), "--editable")
    home.install(project(tmp_path / "four", "four", "1", {"four.py": ""}, finder=True), "--editable")
    assert home.run("-c", "import one.sub, two, three, shared.a, shared.b", cwd=here).status == 0
    # The finder's line is measured: what it costs, and so its severity, is the machine's affair.
    assert [one["kind"] for one in findings(report())] == ["start code"]
    # In the folder of an editable project's sources, the current folder is on the path twice.
    again = report(cwd=tmp_path / "three" / "src")
    assert [one["kind"] for one in findings(again)] == ["start code"]


def test_old_namespace_packages_share_their_init_file(home: Home, tmp_path: Path, report: Report) -> None:
    init = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
    for name in ("one", "two"):
        source = {"shared": {"__init__.py": init, f"{name}.py": ""}}
        home.install(project(tmp_path / name, name, "1", source))
    assert findings(report(status=0)) == []


# ---------------------------------------------------------------- path entries


def test_path_entries_that_do_not_exist(here: Path, report: Report) -> None:
    found = only(report(PYTHONPATH=f"{here / 'gone'}:{here}", status=1), "missing entry")
    assert str(here / "gone") in found["title"]
    assert found["commands"] == [f"export PYTHONPATH={here}"]


def test_path_entries_that_repeat(here: Path, report: Report) -> None:
    (here / "real").mkdir()
    (here / "link").symlink_to("real")
    found = only(report(PYTHONPATH=f"{here / 'real'}:{here / 'link'}", status=1), "repeated entry")
    assert str(here / "link") in found["title"]
    found = only(report(PYTHONPATH=f"{here / 'real'}:{here / 'real'}", status=1), "repeated entry")
    assert found["commands"] == [f"export PYTHONPATH={here / 'real'}"]


def test_an_empty_entry_is_the_current_folder(here: Path, report: Report) -> None:
    (here / "real").mkdir()
    assert only(report(PYTHONPATH=f"{here / 'real'}:", status=1), "empty entry")["severity"] == "warning"


def test_a_path_entry_that_is_no_folder(here: Path, report: Report) -> None:
    (here / "notes.txt").write_text("")
    found = only(report(PYTHONPATH=str(here / "notes.txt"), status=1), "unusable entry")
    assert "neither a folder nor an archive" in found["title"]
    trees.zip({"m.py": ""}, here / "library.zip")
    assert report(PYTHONPATH=str(here / "library.zip"))["healthy"]


def test_a_folder_that_cannot_be_read(here: Path, home: Home, report: Report) -> None:
    (here / "closed").mkdir(mode=0o311)
    document = report(PYTHONPATH=str(here / "closed"), status=1, preexec_fn=without_roots_rights)
    found = only(document, "unreadable entry")
    assert found["severity"] == "problem"
    do(home, found, here)
    assert report(PYTHONPATH=str(here / "closed"), preexec_fn=without_roots_rights)["healthy"]


# ---------------------------------------------------------------- shadowed names


def test_a_file_that_hides_one_of_the_standard_library(here: Path, home: Home, report: Report) -> None:
    trees.write(
        {"random.py": "raise AssertionError('executed')", "json": {"__init__.py": "raise AssertionError"}}, here
    )
    document = report(status=1)
    found = {one["facts"]["module"]: one for one in findings(document, "shadows standard library")}
    assert set(found) == {"random", "json"}
    assert found["random"]["severity"] == "problem"
    assert found["random"]["paths"] == [str(here / "random.py")]
    for one in found.values():
        do(home, one, here)
    assert report(status=0)["healthy"]
    assert sorted(path.name for path in here.iterdir()) == ["my_json", "my_random.py"]


def test_every_module_of_the_standard_library_may_be_hidden(here: Path, report: Report) -> None:
    """The files of this name are not executed, whichever modules the examination itself needs."""
    names = sorted(name for name in sys.stdlib_module_names if not name.startswith("__"))
    trees.write({f"{name}.py": "raise AssertionError('executed')" for name in names}, here)
    document = report(status=1)
    hidden = {one["facts"]["module"] for one in findings(document, "shadows standard library")}
    never = {one["facts"]["module"] for one in findings(document, "never imported")}
    assert hidden | never == set(names)
    assert {"json", "random", "typing", "argparse"} <= hidden
    assert {"sys", "time", "os", "io", "encodings"} | (set(sys.builtin_module_names) & set(names)) <= never


def test_the_folder_of_scripts_can_be_named(here: Path, tmp_path: Path, report: Report) -> None:
    trees.write({"random.py": ""}, tmp_path / "scripts")
    assert findings(report(str(tmp_path / "scripts")), "shadows standard library")
    assert report()["healthy"]


def test_a_safe_path_hides_nothing(here: Path, report: Report) -> None:
    trees.write({"random.py": ""}, here)
    assert report(PYTHONSAFEPATH="1", status=0)["healthy"]


def test_a_file_that_hides_an_installed_package(here: Path, home: Home, tmp_path: Path, report: Report) -> None:
    home.install(project(tmp_path / "one", "one", "1", {"one": {"__init__.py": ""}, "tools": {"__init__.py": ""}}))
    trees.write({"one.py": "", "tools": {"notes.txt": ""}}, here)  # a folder without __init__ hides nothing
    found = only(report(status=1), "shadows installed module")
    assert found["paths"] == [str(here / "one.py"), str(home.site_packages / "one")]
    assert found["title"].endswith("of one 1")


def test_an_installed_module_that_the_standard_library_has(home: Home, tmp_path: Path, report: Report) -> None:
    home.install(project(tmp_path / "back", "backport", "1", {"graphlib.py": ""}))
    found = only(report(status=0), "never imported")
    assert (found["severity"], found["facts"]["module"]) == ("note", "graphlib")
    assert found["commands"] == [f"{home.python} -m pip uninstall backport"]


# ---------------------------------------------------------------- owners


def test_two_distributions_own_one_module(home: Home, tmp_path: Path, report: Report) -> None:
    home.install(project(tmp_path / "one", "one", "1", {"common": {"__init__.py": "", "a.py": ""}, "one.py": ""}))
    home.install(project(tmp_path / "two", "two", "2", {"common": {"__init__.py": "", "a.py": "x=1"}, "two.py": ""}))
    found = only(report(status=1), "two owners")
    assert found["severity"] == "problem"
    assert found["facts"]["distributions"] == ["one 1", "two 2"]
    assert found["paths"] == [str(home.site_packages / "common" / name) for name in ("__init__.py", "a.py")]
    assert found["commands"][0].endswith("uninstall --yes two")


def test_what_is_not_there_any_more_is_nobodys(home: Home, tmp_path: Path, report: Report) -> None:
    """Tests are removed from images that are to be small; the records name them still."""
    for name in ("one", "two"):
        home.install(project(tmp_path / name, name, "1", {"tests": {"__init__.py": ""}, f"{name}.py": ""}))
    only(report(status=1), "two owners")
    shutil.rmtree(home.site_packages / "tests")
    report(status=0)
    home.install(project(tmp_path / "three", "three", "1", {"tests.py": ""}))
    report(status=0)  # the module is the only one of that name


def test_a_module_and_a_package_of_one_name(home: Home, tmp_path: Path, report: Report) -> None:
    """No file is owned twice, and still only one of the two can be imported."""
    home.install(project(tmp_path / "one", "one", "1", {"common.py": ""}))
    home.install(project(tmp_path / "two", "two", "2", {"common": {"__init__.py": ""}}))
    assert only(report(status=1), "two owners")["facts"]["distributions"] == ["one 1", "two 2"]


def test_a_package_with_modules_of_another_distribution(home: Home, tmp_path: Path, report: Report) -> None:
    """Plug-ins put files of their own into somebody else's package: nothing is owned twice."""
    home.install(project(tmp_path / "one", "one", "1", {"common": {"__init__.py": ""}}))
    home.install(project(tmp_path / "two", "two", "2", {"common": {"plugin.py": ""}}))
    assert findings(report(status=0)) == []


def test_two_records_of_one_distribution(home: Home, tmp_path: Path, report: Report) -> None:
    home.install(project(tmp_path / "one", "one", "1", {"one.py": ""}))
    shutil.copytree(home.site_packages / "one-1.dist-info", home.site_packages / "one-2.dist-info")
    metadata = home.site_packages / "one-2.dist-info" / "METADATA"
    metadata.write_text(metadata.read_text().replace("Version: 1", "Version: 2"))
    found = only(report(status=1), "two records")
    assert sorted(found["facts"]["versions"]) == ["1", "2"]


def test_what_interrupted_installations_leave(home: Home, here: Path, report: Report) -> None:
    (home.site_packages / "~ne").mkdir()
    (home.site_packages / "odd-1.dist-info").mkdir()
    document = report(status=1)
    for kind in ("left over", "broken record"):
        (found,) = findings(document, kind)
        do(home, found, here)
    assert report()["healthy"]


# ---------------------------------------------------------------- editables


@pytest.mark.parametrize("finder", [False, True])
def test_an_editable_project_that_has_moved(
    home: Home, here: Path, tmp_path: Path, report: Report, finder: bool
) -> None:
    moved = project(tmp_path / "one", "one", "1", {"one.py": "", "pkg": {"__init__.py": ""}}, finder=finder)
    home.install(moved, "--editable")
    assert not findings(report(), "editable points nowhere")
    moved.rename(tmp_path / "elsewhere")
    (found,) = findings(report(status=1), "editable points nowhere")
    assert (found["severity"], found["facts"]["distribution"]) == ("problem", "one 1")
    targets = {pointer["target"] for pointer in found["facts"]["pointers"]}
    source = tmp_path / "one" / "src"
    assert targets == {str(tmp_path / "one")} | (
        {str(source / "one"), str(source / "pkg")} if finder else {str(source)}
    )
    assert "uninstall --yes one" in found["commands"][0]


def test_a_start_file_that_points_nowhere(home: Home, here: Path, report: Report) -> None:
    (home.site_packages / "mine.pth").write_text(f"# mine\n\n{here / 'gone'}\n")
    found = only(report(status=1), "start file points nowhere")
    assert found["paths"] == [str(home.site_packages / "mine.pth"), str(here / "gone")]
    do(home, found, here)
    assert report()["healthy"]


def test_an_egg_link_that_points_nowhere(home: Home, here: Path, report: Report) -> None:
    (home.site_packages / "old.egg-link").write_text(f"{here / 'gone'}\n.")
    assert str(here / "gone") in only(report(status=1), "start file points nowhere")["title"]
    (here / "gone").mkdir()
    assert report()["healthy"]


# ---------------------------------------------------------------- start files


def test_start_files_that_execute_code(home: Home, report: Report) -> None:
    trees.write({"light.pth": "import helper; helper.go()\n", "helper.py": "def go(): pass\n"}, home.site_packages)
    found = only(report(), "start code")
    assert found["severity"] == ("note" if found["facts"]["seconds"] < 0.01 else "warning")
    assert found["facts"]["modules"] == ["helper"]
    assert 0 < found["facts"]["seconds"] < 1
    assert found["facts"]["code"] == "import helper; helper.go()"


def test_start_files_that_cost_much(home: Home, tmp_path: Path, report: Report) -> None:
    source = {"slow.pth": "import slow_helper\n", "slow_helper.py": "import time; time.sleep(0.05)\n"}
    home.install(project(tmp_path / "slow", "slow", "1", source))
    found = only(report(status=1), "start code")
    assert found["severity"] == "warning"
    assert found["facts"]["seconds"] >= 0.05
    assert found["commands"] == [f"{home.python} -m pip uninstall slow"]


def test_start_files_that_fail(home: Home, report: Report) -> None:
    (home.site_packages / "broken.pth").write_text("import no_such_module\n")
    found = only(report(status=1), "start code fails")
    assert found["facts"]["error"] == "ModuleNotFoundError: No module named 'no_such_module'"


def test_start_files_that_look_at_their_caller(home: Home, report: Report) -> None:
    """Namespace packages of old setuptools ask the frame below for `sitedir`."""
    line = "import sys; assert sys._getframe(1).f_locals['sitedir'] in sys.path; assert sys.prefix != sys.base_prefix\n"
    (home.site_packages / "old-nspkg.pth").write_text(line)
    assert only(report(), "start code")["facts"]["error"] is None


@pytest.mark.skipif(sys.version_info < (3, 15), reason="PEP 829 begins with CPython 3.15")
def test_entry_points_of_start_files(home: Home, report: Report) -> None:
    tree = {"m.start": "helper:go\n", "m.pth": "import no_such_module\n", "helper.py": "def go(): import colorsys\n"}
    trees.write(tree, home.site_packages)
    found = only(report(), "start code")
    assert {"helper", "colorsys"} <= set(found["facts"]["modules"])


# ---------------------------------------------------------------- bytecode


@pytest.fixture
def module(home: Home) -> Path:
    """A module in site-packages that was imported once; returns its file."""
    trees.write({"m.py": "value = 1\n"}, home.site_packages)
    assert home.run("-c", "import m").status == 0
    return home.site_packages / "m.py"


def cached(module: Path) -> Path:
    (found,) = (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc")
    return found


def test_stale_bytecode(home: Home, here: Path, module: Path, report: Report) -> None:
    module.write_text("value = 22\n")
    found = only(report(status=0), "stale bytecode")
    assert (found["severity"], found["paths"]) == ("note", [str(cached(module))])
    do(home, found, here)
    assert findings(report()) == []


def test_orphaned_bytecode(home: Home, here: Path, module: Path, report: Report) -> None:
    module.unlink()
    found = only(report(status=0), "orphaned bytecode")
    do(home, found, here)
    assert findings(report()) == []


def test_foreign_bytecode(home: Home, here: Path, module: Path, report: Report) -> None:
    """In site-packages of one interpreter any other's is foreign; beside scripts, one that cannot be started."""
    tag = sys.implementation.cache_tag
    other, unknown = ("cpython-30", "cpython-399")
    scripts = trees.write({"tool.py": ""}, here) / "__pycache__"
    scripts.mkdir()
    known = cached(module)
    for name in (other, unknown):
        shutil.copy(known, known.parent / f"m.{name}.pyc")
        shutil.copy(known, scripts / f"tool.{name}.pyc")
    shutil.copy(known, scripts / f"tool.{tag}-pytest-8.0.0.pyc")  # other tools' files are their own business
    commands = trees.write({"python3.0": "#!/bin/sh\n"}, here.parent / "commands")
    (commands / "python3.0").chmod(0o755)
    document = report(status=0, PATH=f"{commands}:{os.environ['PATH']}")
    told = {path for one in findings(document, "foreign bytecode") for path in one["paths"]}
    site = known.parent
    assert told == {str(site / f"m.{other}.pyc"), str(site / f"m.{unknown}.pyc"), str(scripts / f"tool.{unknown}.pyc")}


def test_refused_bytecode(home: Home, here: Path, module: Path, report: Report) -> None:
    data = cached(module).read_bytes()
    cached(module).write_bytes(b"abcd" + data[4:])
    assert only(report(status=0), "refused bytecode")["paths"] == [str(cached(module))]
    cached(module).write_bytes(data[:10])
    assert only(report(status=0), "refused bytecode")["paths"] == [str(cached(module))]


def test_damaged_bytecode(home: Home, here: Path, module: Path, report: Report) -> None:
    """A header that passes and no code behind it: every import fails."""
    cached(module).write_bytes(cached(module).read_bytes()[:16])
    assert home.run("-c", "import m").status == 1
    found = only(report(status=1), "damaged bytecode")
    assert found["severity"] == "problem"
    do(home, found, here)
    assert report()["healthy"]
    assert home.run("-c", "import m").status == 0


def test_bytecode_that_is_not_checked_and_wrong(home: Home, here: Path, module: Path, report: Report) -> None:
    mode = py_compile.PycInvalidationMode
    place = str(cached(module))
    py_compile.compile(str(module), place, invalidation_mode=mode.UNCHECKED_HASH)
    assert findings(report()) == []
    module.write_text("value = 22\n")
    assert home.run("-c", "import m; print(m.value)").out == "1\n"
    found = only(report(status=1), "wrong bytecode")
    assert found["severity"] == "problem"
    do(home, found, here)
    assert home.run("-c", "import m; print(m.value)").out == "22\n"
    py_compile.compile(str(module), place, invalidation_mode=mode.CHECKED_HASH)
    module.write_text("value = 333\n")
    assert only(report(status=0), "stale bytecode")["paths"] == [place]


def test_bytecode_that_stands_alone(home: Home, here: Path, module: Path, report: Report) -> None:
    shutil.move(cached(module), here / "alone.pyc")
    found = only(report(status=1), "bytecode without source")
    assert found["paths"] == [str(here / "alone.pyc")]
    (here / "alone.pyc").write_bytes(b"abcd" + (here / "alone.pyc").read_bytes()[4:])
    assert home.run("-c", "import alone", cwd=here).status == 1
    assert only(report(status=1), "foreign module")["severity"] == "problem"


def test_bytecode_that_cannot_be_written(home: Home, here: Path, module: Path, report: Report) -> None:
    shutil.rmtree(module.parent / "__pycache__")
    module.parent.chmod(0o555)
    try:
        document = report(status=1, preexec_fn=without_roots_rights)
    finally:
        module.parent.chmod(0o755)
    found = only(document, "unwritable bytecode")
    assert str(module) in found["paths"]
    assert found["commands"] == [f"sudo {home.python} -m compileall -q -f {module.parent}"]


def test_a_file_in_the_place_of_the_cache(home: Home, here: Path, module: Path, report: Report) -> None:
    shutil.rmtree(module.parent / "__pycache__")
    (module.parent / "__pycache__").write_text("")
    (module.parent / "__pycache__").chmod(0o777)
    found = only(report(status=1), "unwritable bytecode")
    do(home, found, here)
    assert report()["healthy"]


def test_bytecode_that_is_not_to_be_written(home: Home, module: Path, report: Report) -> None:
    assert findings(report(PYTHONDONTWRITEBYTECODE="1")) == []
    shutil.rmtree(module.parent / "__pycache__")
    found = only(report(PYTHONDONTWRITEBYTECODE="1", status=0), "bytecode not written")
    assert str(module) in found["paths"]


def test_bytecode_that_is_kept_elsewhere(home: Home, here: Path, tmp_path: Path, report: Report) -> None:
    trees.write({"m.py": "value = 1\n"}, home.site_packages)
    prefix = str(tmp_path / "prefix")
    assert home.run("-c", "import m", PYTHONPYCACHEPREFIX=prefix).status == 0
    assert findings(report(PYTHONPYCACHEPREFIX=prefix)) == []
    (home.site_packages / "m.py").write_text("value = 22\n")
    (path,) = only(report(PYTHONPYCACHEPREFIX=prefix), "stale bytecode")["paths"]
    assert path.startswith(prefix)


# ---------------------------------------------------------------- another interpreter; mistakes; terminals


def test_another_interpreter(home: Home, tmp_path: Path, report: Report) -> None:
    """It need not have importal; its folder or its executable names it."""
    other = Home(tmp_path / "other")
    (other.site_packages / "mine.pth").write_text(f"{tmp_path / 'gone'}\n")
    for name in (str(other.folder), str(other.python)):
        document = report("--python", name, status=1)
        assert document["environment"]["executable"] == str(other.python)
        only(document, "start file points nowhere")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--python", "no-such-python"), "no-such-python: there is no such command or executable file"),
        (("--python", "/bin/ls"), "/bin/ls: a start ends with status 2: "),
        (("--python", "/bin/true"), "/bin/true: it ends before it has executed a program"),
        (("--python", "/"), "/: this folder is no virtual environment"),
        (("no-such-folder",), "no-such-folder: there is no such folder"),
        (("--colour",), "unrecognized arguments: --colour"),
    ],
)
def test_mistakes(here: Path, arguments: tuple[str, ...], said: str) -> None:
    result = run_plainly([*COMMAND, "doctor", *arguments], cwd=here)
    assert (result.status, result.out) == (2, "")
    assert f"importal doctor: {said}" in result.err or f"error: {said}" in result.err
    assert "Traceback" not in result.err


def test_text_for_a_pipe(inhabited: Home, here: Path) -> None:
    """By `python -m importal`, which has the folder, and the file that is the matter, on its own path."""
    trees.write({"random.py": "raise AssertionError('executed')", "json.py": "raise AssertionError('executed')"}, here)
    result = inhabited.importal("doctor", cwd=here, COLUMNS="20")
    assert result.status == 1
    problem = f"problem: {here / 'random.py'} hides the module random of the standard library"
    assert problem in result.out
    assert f"\n    mv {here / 'random.py'} {here / 'my_random.py'}\n" in result.out
    assert result.out.endswith("\n\n2 problems\n")


def test_a_closed_pipe(here: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "doctor"], stdout=write, stderr=subprocess.PIPE, cwd=here, timeout=60, check=False)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def on_a_terminal(here: Path, *arguments: str, columns: int, **changes: str) -> tuple[int, str]:
    """Run the command, with the extra `cli`, on a terminal of this width."""
    import pty
    import termios

    main, other = pty.openpty()
    termios.tcsetwinsize(other, (24, columns))
    variables = {name: value for name, value in environment().items() if name not in {"COLUMNS", "LINES", "NO_COLOR"}}
    variables |= {"TERM": "xterm", **changes}
    with subprocess.Popen(
        [*COMMAND, *arguments], stdin=other, stdout=other, stderr=other, cwd=here, env=variables
    ) as process:
        os.close(other)
        out = b""
        while True:
            try:
                data = os.read(main, 4096)
            except OSError:  # Linux says so when the other end is closed
                break
            if not data:
                break
            out += data
    os.close(main)
    return process.returncode, out.decode()


@pytest.mark.parametrize("columns", [20, 100])
def test_a_terminal(home: Home, here: Path, columns: int) -> None:
    trees.write({"random.py": ""}, here)
    status, out = on_a_terminal(here, "doctor", "--python", str(home.python), columns=columns)
    assert status == 1
    plain = out.replace("\r\n", "")
    assert "Traceback" not in out
    assert "\x1b[" in out, "no colours: is rich installed?"
    assert "random.py" in plain
    # A command stays in one piece, however narrow the terminal is.
    assert f"mv {here / 'random.py'} {here / 'my_random.py'}" in out
