"""Small projects that are installed so that they can be edited, in each of the ways that exist.

``python tests/real/editable.py`` writes them below .cache and installs them into the environment it runs in.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
if not __package__:
    sys.path[:0] = [str(HERE.parent)]

import trees

HOME = HERE.parent.parent / ".cache" / "real" / f"editable-{sys.implementation.cache_tag}"

SETUPTOOLS = """
    [build-system]
    requires = ["setuptools"]
    build-backend = "setuptools.build_meta"

    [project]
    name = "{name}"
    version = "1.0"
"""
HATCHLING = SETUPTOOLS.replace('["setuptools"]', '["hatchling", "editables"]').replace(
    "setuptools.build_meta", "hatchling.build"
)
PACKAGE = {
    "__init__.py": "from . import sub\nfrom .sub import value\n",
    "sub.py": "value = __name__\n",
    "deep": {"__init__.py": "", "deeper": {"__init__.py": "from ...sub import value\n"}, "plain": {"inner.py": ""}},
    "wrong.py": "import nowhere_to_be_found\n",
    "data.txt": "data",
}

#: For each project its files, the options it is installed with, and what is special.
PROJECTS: dict[str, tuple[trees.Tree, list[str]]] = {
    # setuptools installs a finder on sys.meta_path, which knows each package's place, and a path hook for namespaces.
    "editable-finder": (
        {
            "pyproject.toml": trees.text(SETUPTOOLS.format(name="editable-finder"))
            + '[tool.setuptools]\npackages = ["finder_pkg", "finder_pkg.deep", "finder_pkg.deep.deeper", "editable_ns.one"]\n'
            + '[tool.setuptools.package-dir]\nfinder_pkg = "code/here"\n"editable_ns.one" = "code/one"\n',
            "code": {"here": PACKAGE, "one": {"__init__.py": "value = __name__\n"}},
        },
        [],
    ),
    # ... or a .pth file that names the directory,
    "editable-path": (
        {
            "pyproject.toml": trees.text(SETUPTOOLS.format(name="editable-path")),
            "src": {"path_pkg": PACKAGE, "editable_ns": {"two": {"__init__.py": "value = __name__\n"}}},
        },
        [],
    ),
    # ... or a tree of links.
    "editable-strict": (
        {
            "pyproject.toml": trees.text(SETUPTOOLS.format(name="editable-strict")),
            "src": {"strict_pkg": PACKAGE, "editable_ns": {"three": {"__init__.py": "value = __name__\n"}}},
        },
        ["--config-settings", "editable_mode=strict"],
    ),
    # hatchling has a finder of its own, from the library editables.
    "editable-exact": (
        {
            "pyproject.toml": trees.text(HATCHLING.format(name="editable-exact"))
            + '[tool.hatch.build]\ndev-mode-exact = true\n[tool.hatch.build.targets.wheel]\npackages = ["exact_pkg"]\n',
            "exact_pkg": PACKAGE,
        },
        [],
    ),
}

INSIDE = ["", ".sub", ".deep", ".deep.deeper", ".deep.plain", ".deep.plain.inner", ".wrong", ".missing"]

#: What is surveyed of each project.
MODULES = {
    "editable-finder": [*(f"finder_pkg{name}" for name in INSIDE), "editable_ns", "editable_ns.one", "editable_ns.two"],
    "editable-path": [*(f"path_pkg{name}" for name in INSIDE), "editable_ns.two", "editable_ns"],
    "editable-strict": [
        *(f"strict_pkg{name}" for name in INSIDE),
        "editable_ns.three",
        "editable_ns.one",
        "editable_ns",
    ],
    "editable-exact": [f"exact_pkg{name}" for name in INSIDE],
}


def main() -> None:
    """Write the projects and install them."""
    shutil.rmtree(HOME, ignore_errors=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "install",
        "--quiet",
        "--no-build-isolation",
        "--no-deps",
    ]
    for name, (tree, options) in PROJECTS.items():
        subprocess.run([*pip, *options, "--editable", str(trees.write(tree, HOME / name))], check=True)


if __name__ == "__main__":
    main()
