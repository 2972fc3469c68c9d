"""Editable installations, and other ``.pth`` lines, that point to folders which are not there."""

from __future__ import annotations

import ast
import os
from collections import defaultdict

from ..words import counted
from .commands import pip, remove
from .finding import Check, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..observe.distributions import Installed
    from .environment import Environment

__all__ = ["check"]


def check(environment: Environment, progress: Callable[[str], None]) -> Check:
    """Follow each pointer: lines of .pth files, mappings of editable finders (PEP 660), direct_url.json, .egg-link."""
    progress("editable installations")
    dangling: dict[str, list[tuple[str, str]]] = defaultdict(list)
    owners: dict[str, Installed] = {}
    pointers = 0
    for source, owner, target in _pointers(environment):
        pointers += 1
        if not _exists(target):
            key = owner.normalised if owner else source
            dangling[key].append((source, target))
            if owner:
                owners[key] = owner
    findings = [_finding(environment, owners.get(key), found) for key, found in dangling.items()]
    return Check("editable installations", counted(pointers, "pointer"), tuple(findings))


def _pointers(environment: Environment) -> Iterator[tuple[str, Installed | None, str]]:
    """Yield (the file that points, its distribution, where it points to)."""
    for file in environment.start_files:
        owner = environment.owner_of(file.path)
        yield from ((file.path, owner, line.text) for line in file.lines if line.what == "path")
    for distribution in environment.distributions:
        if distribution.project is not None:
            yield "direct_url.json", distribution, distribution.project
            for finder in _finder_files(distribution):
                yield from ((finder, distribution, target) for target in _targets(finder))
    for folder in environment.site_directories:
        for link in _egg_links(folder):
            with open(link, encoding="utf-8", errors="replace") as stream:
                target = stream.readline().strip()
            name = os.path.splitext(os.path.basename(link))[0]
            known = [one for one in environment.distributions if one.normalised == name.replace("_", "-").lower()]
            yield link, known[0] if known else None, os.path.join(folder, target)


def _finder_files(distribution: Installed) -> Iterator[str]:
    """Yield the modules that an editable installation has put into site-packages: finders, whatever tool made them."""
    for file in distribution.files:
        if file.endswith(".py") and "/" not in file:
            yield os.path.join(distribution.root, file)


def _targets(finder: str) -> Iterator[str]:
    """Yield the absolute paths among the texts in a finder's code, which is read and not executed."""
    try:
        with open(finder, "rb") as file:
            tree = ast.parse(file.read())
    except (OSError, SyntaxError, ValueError):
        return
    texts = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    # A lone separator, or a text with line breaks, is no path that a tool has written down.
    yield from sorted(text for text in texts if os.path.isabs(text) and len(text) > 1 and "\n" not in text)


def _egg_links(folder: str) -> list[str]:
    try:
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".egg-link"))
    except OSError:
        return []


def _exists(target: str) -> bool:
    # A finder may map a module to its file without the suffix.
    return os.path.exists(target) or os.path.exists(f"{target}.py")


def _finding(environment: Environment, owner: Installed | None, dangling: list[tuple[str, str]]) -> Finding:
    targets = list(dict.fromkeys(target for _, target in dangling))
    sources = tuple(dict.fromkeys(source for source, _ in dangling))
    facts = {"pointers": [{"file": source, "target": target} for source, target in dangling]}
    if owner is not None:
        return Finding(
            "editable points nowhere",
            "problem",
            f"{owner} is installed as editable from {', '.join(targets)}, which does not exist",
            "install it from where it is now (pip install -e FOLDER), or uninstall it",
            (pip(environment.executable, "uninstall", "--yes", owner.name),),
            (*sources, *targets),
            facts | {"distribution": str(owner)},
        )
    (source,) = sources
    return Finding(
        "start file points nowhere",
        "warning",
        f"{source} adds {', '.join(targets)} to the path, which does not exist",
        "correct the file, or delete it if nothing else is in it",
        (remove(sources),),
        (source, *targets),
        facts,
    )
