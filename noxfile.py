"""Every chore of importal. ``nox`` runs the quick sessions, ``nox -l`` lists them all, ``nox -s NAME`` runs one."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox

ROOT = Path(__file__).parent
CACHE = ROOT / ".cache"
REPORTS = CACHE / "reports"
PYTHONS = ["3.11", "3.12", "3.13", "3.14", "3.15"]

#: What below tests/ stands on the engine, and is much the same on every Python: the session `tools`.
TOOLS = [
    "docs",
    "e2e/test_doctor.py",
    "e2e/test_inspect_and_steps.py",
    "e2e/test_modules.py",
    "e2e/test_questions.py",
    "e2e/test_recording.py",
    "e2e/test_show.py",
    "e2e/test_stores.py",
    "e2e/test_trace.py",
]
#: What has another session of its own; everything else belongs to the session `tests`.
OWN_SESSION = [*TOOLS, "browser", "conformance", "differential", "mutants", "real", "realm/test_pairs.py", "sources"]

nox.needs_version = ">=2025.11.12"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
# Whoever demands that all of PYTHONS are there (.ci/run does) passes --error-on-missing-interpreters.
nox.options.error_on_missing_interpreters = False


def interpreter_folders() -> list[Path]:
    """Return the folders that hold interpreters of PYTHONS and are commonly not on PATH.

    These are what tools/newer-pythons has fetched, and pyenv's versions: its shims are on PATH for every version
    but fail for the ones that are not selected.
    """
    folders = []
    newer = Path(os.environ.get("IMPORTAL_PYTHONS") or CACHE / "pythons")
    if (newer / "ready").is_file():
        folders.append(newer / "bin")
    if pyenv := shutil.which("pyenv"):
        root = subprocess.run([pyenv, "root"], check=True, capture_output=True, text=True).stdout.strip()
        for version in PYTHONS:
            found = {
                path.parts[-3]: path.parent for path in Path(root).glob(f"versions/{version}.*/bin/python{version}")
            }
            # Only plain releases (not 3.13.0t, 3.14.0rc1), and the newest of them: 3.11.10 rather than 3.11.9.
            releases = [name for name in found if name.replace(".", "").isdigit()]
            if releases:
                folders.append(found[max(releases, key=lambda name: [int(number) for number in name.split(".")])])
    return folders


os.environ["PATH"] = os.pathsep.join([*map(str, interpreter_folders()), os.environ.get("PATH", os.defpath)])


def works(version: str) -> bool:
    """Tell whether a Python of that *version* is on PATH and runs; pyenv's shims are for versions that may not."""
    python = shutil.which(f"python{version}")
    return python is not None and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


found = list(filter(works, PYTHONS)) or PYTHONS
#: The oldest and the newest Python that are found here.
ENDS = [found[0], *found[1:][-1:]]

nox.options.sessions = ["lint", "package", "docs", "tests", "conformance", "differential", "browser"]
nox.options.sessions += [f"{session}-{version}" for version in ENDS for session in ("tools", "sources")]

# The tests are about what an interpreter does by default, bytecode files included.
for variable in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONPYCACHEPREFIX", "PYTHONSTARTUP", "PYTHONWARNINGS"):
    os.environ.pop(variable, None)


def install(session: nox.Session, extra: str = "test") -> None:
    """Install importal as an editable project with one of its extras."""
    session.install("-e", f".[{extra}]")


def report(session: nox.Session, ending: str) -> Path:
    """Return where a session leaves its results for tools/summary.py."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    return REPORTS / f"{session.name}.{ending}"


def pytest(session: nox.Session, *arguments: str | Path, workers: str = "auto") -> None:
    """Run pytest on the arguments, or on what was given after ``--``."""
    given = session.posargs or arguments
    session.run("pytest", "-n", workers, f"--junit-xml={report(session, 'xml')}", *map(str, given))


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, format, types, the layers, and that there is news to tell."""
    install(session, "lint")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("mypy", "--strict")
    session.run("lint-imports", "--no-logo", "--cache-dir", str(CACHE / "import-linter"))
    session.run("towncrier", "build", "--draft", silent=True)


@nox.session
def package(session: nox.Session) -> None:
    """Build the two distributions, install the wheel alone, and import what it holds."""
    session.install("build")
    out = CACHE / "dist"
    shutil.rmtree(out, ignore_errors=True)
    session.run("python", "-m", "build", "--outdir", str(out), silent=True)
    (wheel,) = out.glob("*.whl")
    session.run("python", "-m", "pip", "install", "--quiet", "--force-reinstall", "--no-deps", str(wheel))
    held = ["py.typed", "observe/record.schema.json"]
    check = f"all((pathlib.Path(importal.__file__).parent / name).is_file() for name in {held})"
    check = f"import importal, pathlib; assert {check}"
    session.run("python", "-I", "-c", check)
    page = "from importal.observe.record import Ended, Record; from importal.export.html import html"
    session.run("python", "-I", "-c", f"{page}; html(Record('', {{}}, (), '', Ended(0, True), (), ()))")
    session.run("importal", "--help", silent=True)


@nox.session
def docs(session: nox.Session) -> None:
    """Run the examples of the docstrings; those of README and docs belong to the session `tools`."""
    install(session)
    pytest(session, "--doctest-modules", "src/importal")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run all quick tests of the engine: what may differ between interpreters."""
    install(session)
    pytest(session, *(f"--ignore=tests/{name}" for name in OWN_SESSION), "tests")


@nox.session(python=PYTHONS)
def tools(session: nox.Session) -> None:
    """Test the commands that look at imports, and the examples of README and docs."""
    install(session, "servers")
    pytest(session, *(f"tests/{name}" for name in TOOLS))


@nox.session(python=PYTHONS)
def sources(session: nox.Session) -> None:
    """Import from databases and servers, real packages too."""
    install(session, "servers")
    pytest(session, "tests/sources")


@nox.session(python=PYTHONS)
def conformance(session: nox.Session) -> None:
    """Run CPython's test_importlib with importal in its third slot, and judge it against the interpreter's own."""
    install(session)
    # For the figures, in the log and in the summary; the tests below run it again, beside stock, and decide.
    slot = report(session, "slot")
    session.run("python", "tests/conformance/run_slot.py", "--json", str(slot), success_codes=[0, 1, 2], silent=True)
    pytest(session, "tests/conformance", workers="0")


@nox.session(python=PYTHONS)
def differential(session: nox.Session) -> None:
    """Run one corpus of programs under CPython's import and under importal, and compare."""
    install(session)
    pytest(session, "tests/differential")


@nox.session(python=PYTHONS)
def packed(session: nox.Session) -> None:
    """Run the corpus, and CPython's own suites, with what they import in packs; two to four minutes a version."""
    install(session)
    session.install("virtualenv")
    session.chdir("tests")
    session.run("python", "-m", "differential.runner", "--mode", "packed")
    session.chdir("..")
    session.run("python", "tests/conformance/run_suites.py", "--pack")


@nox.session
def browser(session: nox.Session) -> None:
    """Drive the HTML report, and speedscope with our file for it, in a real Chromium (half a minute)."""
    if missing := fetch_browser(session):
        session.skip(f"there is no {missing}: install it (Debian: apt-get install chromium chromium-driver)")
    install(session)
    session.install("selenium>=4.20")
    session.env["IMPORTAL_BROWSER"] = "1"
    if speedscope := fetch_speedscope(session):
        session.env["IMPORTAL_SPEEDSCOPE"] = str(speedscope)
    pytest(session, "tests/browser", workers="0")


def fetch_speedscope(session: nox.Session, version: str = "1.25.0") -> Path | None:
    """Return the folder with speedscope's page, from its npm package; None where there is no npm to fetch it."""
    folder = CACHE / f"speedscope-{version}"
    release = folder / "package" / "dist" / "release"
    if not release.is_dir():
        if not shutil.which("npm"):
            session.warn("there is no npm to fetch speedscope with: its test is skipped")
            return None
        folder.mkdir(parents=True, exist_ok=True)
        session.run("npm", "pack", "--silent", f"--pack-destination={folder}", f"speedscope@{version}", external=True)
        shutil.unpack_archive(folder / f"speedscope-{version}.tgz", folder, filter="data")
    return release


def fetch_browser(session: nox.Session) -> str:
    """Return what is missing of Chromium and its driver, after an attempt to install it where that is allowed."""
    programs = {"Chromium": ("chromium", "chromium-browser", "google-chrome"), "chromedriver": ("chromedriver",)}

    def missing() -> str:
        return " and no ".join(what for what, names in programs.items() if not any(map(shutil.which, names)))

    if missing() and shutil.which("apt-get") and os.geteuid() == 0:
        apt = ("apt-get", "-o", "DPkg::Lock::Timeout=60")
        environment = {"DEBIAN_FRONTEND": "noninteractive"}
        packages = ("chromium", "chromium-driver", "fonts-dejavu-core")
        session.run(*apt, "update", external=True, silent=True, success_codes=range(256), env=environment)
        install_them = (*apt, "install", "--yes", "--no-install-recommends", *packages)
        session.run(*install_them, external=True, silent=True, success_codes=range(256), env=environment)
    return missing()


@nox.session(python=PYTHONS)
def real(session: nox.Session) -> None:
    """Import the standard library and every submodule of real packages under both (six to eight minutes a version)."""
    install(session)
    # Wheels only: a package without one for this version belongs behind a marker in the file.
    session.install("--only-binary", ":all:", "-r", "tests/real/requirements.txt")
    session.run("python", "tests/real/editable.py")
    # One process at a time: modules that take a port or a file of a fixed name would be in each other's way.
    pytest(session, "tests/real", workers="0")


@nox.session(python=PYTHONS)
def suites(session: nox.Session) -> None:
    """Run CPython's other suites with importal installed at start-up, against stock (long)."""
    session.install("virtualenv")
    result = report(session, "json")
    session.run("python", "tests/conformance/run_suites.py", "--json", str(result), *session.posargs)


@nox.session
def mutants(session: nox.Session) -> None:
    """Break the engine on purpose, one way at a time, and see the tests go red (long)."""
    install(session)
    session.run("python", "tests/mutants/run.py", *session.posargs)


@nox.session(python=PYTHONS)
def fuzz(session: nox.Session) -> None:
    """Read a hundred thousand damaged packs (a minute or two)."""
    install(session)
    session.env["IMPORTAL_MUTATED"] = "100000"
    pytest(session, "tests/unit/pack/test_mutated.py", workers="0")


@nox.session(python=["3.11", "3.12", "3.13"])
def realms(session: nox.Session) -> None:
    """Use two versions of real packages in one process (a minute a version, and installing them)."""
    install(session)
    session.install("pip")
    pytest(session, "tests/realm/test_pairs.py")


@nox.session(python=PYTHONS)
def bench(session: nox.Session) -> None:
    """Run the programs of benchmarks/, or the ones named after ``--`` (long; keep the machine quiet)."""
    session.install(".[cli]", "-r", "benchmarks/requirements.txt")
    programs = session.posargs or sorted(path.stem for path in (ROOT / "benchmarks").glob("[!_]*.py"))
    for program in programs:
        session.run("python", f"benchmarks/{program}.py")
