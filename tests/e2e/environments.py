"""Virtual environments, and small projects that the real pip installs into them, without a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import trees

from .conftest import SOURCES, Result, environment

#: A build backend (PEP 517, PEP 660) in a few lines: a project carries it along, so that nothing has to be fetched.
BACKEND = trees.text("""
    import json, os, zipfile

    facts = json.load(open("facts.json"))
    stem = f"{facts['name'].replace('-', '_')}-{facts['version']}"

    def wheel(folder, files):
        files[f"{stem}.dist-info/METADATA"] = f"Metadata-Version: 2.1\\nName: {facts['name']}\\nVersion: {facts['version']}\\n"
        files[f"{stem}.dist-info/WHEEL"] = "Wheel-Version: 1.0\\nGenerator: tests\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
        lines = [f"{name},," for name in [*files, f"{stem}.dist-info/RECORD"]]
        files[f"{stem}.dist-info/RECORD"] = "\\n".join(lines) + "\\n"
        name = f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(os.path.join(folder, name), "w") as archive:
            for file, text in files.items():
                archive.writestr(file, text)
        return name

    def build_wheel(folder, config_settings=None, metadata_directory=None):
        files = {}
        for parent, _, names in os.walk("src"):
            for name in names:
                path = os.path.join(parent, name)
                files[os.path.relpath(path, "src").replace(os.sep, "/")] = open(path).read()
        return wheel(folder, files)

    def build_editable(folder, config_settings=None, metadata_directory=None):
        source = os.path.abspath("src")
        if facts.get("finder"):
            mapping = {name.removesuffix(".py"): os.path.join(source, name.removesuffix(".py")) for name in os.listdir(source)}
            finder = f"MAPPING = {mapping!r}\\ndef install():\\n    pass\\n"
            return wheel(folder, {"__editable___finder.py": finder, "__editable__.pth": "import __editable___finder; __editable___finder.install()\\n"})
        return wheel(folder, {f"__editable__.{stem}.pth": source + "\\n"})
""")


def project(folder: Path, name: str, version: str, source: trees.Tree, **facts: Any) -> Path:
    """Write a project that pip can install; with `finder=True` an editable installation of it uses a finder."""
    build = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    tree = {
        "pyproject.toml": f'{build}[project]\nname = "{name}"\nversion = "{version}"\n',
        "backend.py": BACKEND,
        "facts.json": json.dumps({"name": name, "version": version, **facts}),
        "src": source,
    }
    return trees.write(tree, folder)


def run_plainly(
    command: list[str], cwd: Path, stdin: str = "", preexec_fn: Callable[[], None] | None = None, **changes: str
) -> Result:
    """Run a command with no PYTHONPATH but one that is given."""
    variables = environment()
    del variables["PYTHONPATH"]
    done = subprocess.run(
        command,
        input=stdin.encode(),
        capture_output=True,
        env=variables | {"PYTHONIOENCODING": "utf-8"} | changes,
        cwd=cwd,
        preexec_fn=preexec_fn,
        timeout=60,
        check=False,
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


#: The command by the interpreter that runs the tests, its folder of sources on no path that a child process inherits.
COMMAND = [sys.executable, str(Path(__file__).with_name("command.py")), str(SOURCES)]


class Home:
    """A virtual environment; with `importal=True` the package lies in its site-packages, without its extras."""

    def __init__(self, folder: Path, *, importal: bool = False, **settings: Any) -> None:
        venv.EnvBuilder(with_pip=False, symlinks=os.name != "nt", **settings).create(folder)
        paths = sysconfig.get_paths("venv", {"base": str(folder), "platbase": str(folder)})
        self.folder = folder
        self.python = Path(paths["scripts"]) / ("python.exe" if os.name == "nt" else "python")
        self.site_packages = Path(paths["purelib"])
        if importal:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(SOURCES / "importal", self.site_packages / "importal", ignore=ignored)

    def run(self, *arguments: str, **how: Any) -> Result:
        """Run the interpreter of the environment."""
        return run_plainly([str(self.python), *arguments], **{"cwd": self.folder, **how})

    def importal(self, *arguments: str, **how: Any) -> Result:
        """Run the importal that is in the environment."""
        return self.run("-m", "importal", *arguments, **how)

    def install(self, folder: Path, *options: str) -> None:
        """Have the pip of the interpreter that runs the tests install a project here."""
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "install", "--quiet", "--no-index"]
        options = ("--no-deps", "--no-build-isolation", "--disable-pip-version-check", *options)
        done = subprocess.run(
            [*command, *options, str(folder)],
            env=environment(),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
