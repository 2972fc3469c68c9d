"""Modules and files that two distributions own, and records that are left over or broken."""

from __future__ import annotations

import os
from collections import defaultdict

from .commands import pip, remove_folder
from .finding import Check, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..observe.distributions import Installed
    from .environment import Environment

__all__ = ["check"]

# What the two old ways of making a namespace package write into each portion's __init__ file; every distribution of
# such a package owns a copy.
_NAMESPACE_CALLS = (b"extend_path", b"declare_namespace")


def check(environment: Environment, progress: Callable[[str], None]) -> Check:
    """Compare the records of all distributions with each other; whether names look alike does not matter."""
    progress("owners of files")
    findings = [*_doubles(environment), *_shared(environment, progress), *_leftovers(environment)]
    files = sum(len(distribution.files) for distribution in environment.distributions)
    summary = f"{len(environment.distributions)} distributions, {files} recorded files"
    return Check("owners", summary, tuple(findings))


def _doubles(environment: Environment) -> Iterator[Finding]:
    """Find two records of one distribution in one folder: an upgrade that was interrupted."""
    by_name = defaultdict(list)
    for distribution in environment.distributions:
        by_name[distribution.normalised, os.path.realpath(distribution.root)].append(distribution)
    for (name, root), found in by_name.items():
        if len(found) > 1:
            versions = [distribution.version for distribution in found]
            yield Finding(
                "two records",
                "problem",
                f"{root} has records of {len(found)} versions of {name}: {', '.join(versions)}",
                "install it anew; pip removes the one that it takes for installed",
                (
                    pip(environment.executable, "uninstall", "--yes", name),
                    pip(environment.executable, "install", "--force-reinstall", name),
                ),
                (root,),
                {"distribution": name, "versions": versions},
            )


def _shared(environment: Environment, progress: Callable[[str], None]) -> Iterator[Finding]:
    """Find what several distributions own: one finding for each set of owners."""
    owners: dict[str, dict[str, Installed]] = defaultdict(dict)
    places: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for distribution in environment.distributions:
        progress(f"record of {distribution}")
        for place, file in distribution.places.items():
            what = _module_or_file(place, file)
            if what is not None:
                owners[what].setdefault(distribution.normalised, distribution)
                places[what][distribution.normalised].add(place)
    shared: dict[tuple[str, ...], list[str]] = defaultdict(list)
    there: dict[str, set[str]] = {}
    for what, found in places.items():
        if len(found) > 1:
            # A record may name what somebody has removed: the tests, say, in an image that is to be small.
            holders = {name: kept for name, theirs in found.items() if (kept := set(filter(os.path.exists, theirs)))}
            there[what] = set().union(*holders.values())
            if len(holders) > 1 and not _is_namespace(there[what]):
                shared[tuple(sorted(holders))].append(what)
    for names, contested in shared.items():
        distributions = [owners[contested[0]][name] for name in names]
        yield _finding(environment, distributions, sorted(set().union(*map(there.__getitem__, contested))))


def _module_or_file(place: str, file: str) -> str | None:
    """Return one text for all files that would be the same module; None for what no import and nobody else reads."""
    parts = file.replace("\\", "/").split("/")
    if "__pycache__" in parts or parts[0].endswith((".dist-info", ".egg-info")):
        return None
    folder, name = os.path.split(place)
    stem, _, suffix = name.partition(".")
    if parts[0] == ".." or suffix.rpartition(".")[2] not in {"py", "pyc", "so", "pyd"}:
        return place
    return folder if stem == "__init__" else os.path.join(folder, stem)


def _is_namespace(places: set[str]) -> bool:
    """Tell whether this is the __init__ file of a namespace package in the manner of pkgutil or pkg_resources."""
    if any(not os.path.basename(place).startswith("__init__.") for place in places):
        return False
    for place in places:
        try:
            with open(place, "rb") as file:
                text = file.read()
        except OSError:
            return False
        if not any(call in text for call in _NAMESPACE_CALLS):
            return False
    return True


def _finding(environment: Environment, owners: list[Installed], places: list[str]) -> Finding:
    is_module = any(place.endswith((".py", ".pyc", ".so", ".pyd")) for place in places)
    names = " and ".join(str(owner) for owner in owners)
    more = f" and {len(places) - 1} more" if len(places) > 1 else ""
    keep = owners[0]
    return Finding(
        "two owners",
        "problem" if is_module else "warning",
        f"{names} own the same {'modules' if is_module else 'files'}: {places[0]}{more}; what is there is whichever "
        "was installed last, and uninstalling one breaks the other",
        f"decide for one, uninstall the others, and install it anew (here {keep.name} is kept)",
        (
            pip(environment.executable, "uninstall", "--yes", *(owner.name for owner in owners[1:])),
            pip(environment.executable, "install", "--force-reinstall", "--no-deps", f"{keep.name}=={keep.version}"),
        ),
        tuple(places),
        {"distributions": [str(owner) for owner in owners]},
    )


def _leftovers(environment: Environment) -> Iterator[Finding]:
    for folder in environment.site_directories:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        for name in names:
            path = os.path.join(folder, name)
            if name.startswith("~"):
                title = f"{path} is left over from an installation or removal that was interrupted"
                yield Finding("left over", "warning", title, "delete it", (remove_folder(path),), (path,))
            elif name.endswith(".dist-info") and not os.path.exists(os.path.join(path, "METADATA")):
                title = f"{path} is a record without metadata: installers cannot tell what it belongs to"
                yield Finding("broken record", "warning", title, "delete it", (remove_folder(path),), (path,))
