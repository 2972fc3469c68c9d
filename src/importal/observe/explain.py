"""The journey of one name, step by step, with what each step decided and why. Nothing is executed.

The system's own finders are asked, and listened to while they answer; what is shown is what an import would do now.
"""

from __future__ import annotations

import sys

from .. import names
from ..finders.archive import zipimporter
from ..finders.path import UNKNOWN, PathSearch
from ..loaders.file import FileLoader
from ..loaders.placed import PlacedSourceLoader
from ..loaders.source import SourceLoader
from ..sources.places import without_secrets
from ..spec import ModuleSpec
from .bytecode import bytecode_of, bytecode_of_member
from .kind import distribution_of, kind_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from ..events import Event
    from ..system import ImportSystem

__all__ = ["Explanation", "Step", "explain", "find_quickly"]


class Step:
    """One step: its ``name``, what it ``decided``, and ``facts`` behind that, as plain values."""

    __slots__ = ("decided", "facts", "name")

    def __init__(self, name: str, decided: str, **facts: Any) -> None:
        self.name = name
        self.decided = decided
        self.facts = facts

    def __repr__(self) -> str:
        return f"Step({self.name!r}, {self.decided!r})"

    def to_json(self) -> dict[str, Any]:
        return {"step": self.name, "decided": self.decided, **self.facts}


class Explanation:
    """All steps of one name. ``spec`` is what was found, None when nothing was; ``name`` is absolute."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.steps: list[Step] = []
        self.spec: ModuleSpec | None = None

    def add(self, name: str, decided: str, **facts: Any) -> None:
        self.steps.append(Step(name, decided, **facts))

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as plain values: ``name``, ``found`` and ``steps``, in order."""
        return {"name": self.name, "found": self.spec is not None, "steps": [step.to_json() for step in self.steps]}


def explain(
    system: ImportSystem, name: str, package: str | None = None, ignored: frozenset[str] = frozenset()
) -> Explanation:
    """Return the journey of *name*, relative to *package* if it begins with dots, without importing anything.

    *ignored* are modules that are in the table only because of who asks; they count as not imported yet. Where a finder
    fails, the journey ends there, as an import would.
    Raises ImportError for a relative name that leads nowhere, ValueError for an empty name, TypeError for no string.
    """
    names.check(name, package, 0)
    absolute = names.resolve_name(name, package)
    explanation = Explanation(absolute)
    if absolute != name:
        explanation.add("statement", f"{name} inside {package} means {absolute}", package=package)
    _table(system, explanation, absolute, ignored)
    missing = None
    try:
        missing = _travel(system, explanation)
    except Exception as error:  # noqa: BLE001, whatever a finder raises, an import raises it, too
        text = f"{type(error).__name__}: {error}"
        explanation.add("failed", f"{text}; an import fails with this", error=text)
    if explanation.spec is not None:
        _describe(explanation, explanation.spec)
    if missing is not None:
        _nearest(explanation, system, *missing)
    return explanation


def _travel(system: ImportSystem, explanation: Explanation) -> tuple[str, Sequence[str] | None] | None:
    """Search the packages above, and the module: add what every step decides, and the spec.

    Returns the name that nobody knows, and the path it was searched along; None where there is none.
    """
    absolute = explanation.name
    path: Sequence[str] | None = None
    for ancestor in names.ancestors(absolute):
        spec = find_quickly(system, ancestor, path)
        if spec is None:
            explanation.add("parent", f"{ancestor} cannot be found, so nothing below it can", parent=ancestor)
            _search(system, explanation, ancestor, path)
            return ancestor, path
        if spec.submodule_search_locations is None:
            explanation.add(
                "parent", f"{ancestor} is not a package: it has no submodules", parent=ancestor, origin=spec.origin
            )
            return None
        path = list(spec.submodule_search_locations)
        explanation.add(
            "parent",
            f"{ancestor} is a package; its submodules are searched in {', '.join(path)}",
            parent=ancestor,
            path=path,
        )
    explanation.spec = _search(system, explanation, absolute, path)
    return (absolute, path) if explanation.spec is None else None


def _table(system: ImportSystem, explanation: Explanation, name: str, ignored: frozenset[str]) -> None:
    table = system.state.modules
    if name not in table or name in ignored:
        explanation.add("cached?", "not in the module table: it will be searched", cached=False)
    elif table[name] is None:
        explanation.add("cached?", "forbidden: the module table holds None, the import fails", cached=None)
    else:
        explanation.add("cached?", f"in the module table already: {table[name]!r}; an import ends here", cached=True)


def find_quickly(system: ImportSystem, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Return the spec of *name*; a live namespace path cannot be made, as the packages above are not imported."""
    for finder in list(system.state.meta_path):
        spec = _ask(finder, name, path)
        if spec is not None:
            return spec
    return None


def _path_search(finder: Any) -> PathSearch | None:
    """Return the path search behind *finder*, which may be a class on ``sys.meta_path``; None: no path finder."""
    search = getattr(finder, "search", finder)
    return search if isinstance(search, PathSearch) else None


def _ask(finder: Any, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    search = _path_search(finder)
    if search is not None:
        for known in search.known:
            answer = known.answer(name, path, search._search)
            if isinstance(answer, ModuleSpec):
                return answer
        return search._search(name, search.state.path if path is None else path)
    find_spec = getattr(finder, "find_spec", None)
    return None if find_spec is None else find_spec(name, path, None)


def _search(system: ImportSystem, explanation: Explanation, name: str, path: Sequence[str] | None) -> ModuleSpec | None:
    """Ask every finder for *name* and add what each said; the first spec wins, the others are shadowed."""
    found: ModuleSpec | None = None
    shadowed: list[str] = []
    for finder in list(system.state.meta_path):
        search = _path_search(finder)
        title = getattr(finder, "__qualname__", type(finder).__qualname__)
        if search is not None:
            spec, others = _walk_path(explanation, search, name, path, won=found is not None)
            shadowed += others
        else:
            spec = _ask(finder, name, path)
        if found is not None:
            if spec is not None and search is None:
                shadowed.append(f"{title}: {spec.origin or spec.loader!r}")
            continue
        explanation.add(
            "finder",
            f"{title}: {'has nothing of this name' if spec is None else 'found it'}",
            finder=title,
            found=spec is not None,
        )
        found = spec
    if found is not None:
        # What two finders find is in one place: a realm's and the path's, say.
        shadowed = [other for other in shadowed if other != _place(found)]
    if shadowed:
        explanation.add("shadowed", "; ".join(f"would be next: {other}" for other in shadowed), shadowed=shadowed)
    return found


def _walk_path(
    explanation: Explanation, search: PathSearch, name: str, path: Sequence[str] | None, *, won: bool
) -> tuple[ModuleSpec | None, list[str]]:
    """Search each path entry by itself; return (the spec an import gets, what it shadows)."""
    regular: ModuleSpec | None = None
    portions: list[str] = []
    shadowed: list[str] = []
    whole: Sequence[str] = search.state.path if path is None else path
    searched = whole
    nowhere = False
    for known in () if won else search.known:
        answer = known.answer(name, path, search._search)
        words = _known_words(answer, in_it=not getattr(known, "index_only", False))
        explanation.add("entry", f"{known!r}: {words}", entry=repr(known), finder=type(known).__qualname__)
        if isinstance(answer, ModuleSpec):
            # Of a namespace package, what other entries have are its portions.
            behind = [_behind(search, name, entry) for entry in whole] if answer.loader is not None else []
            return answer, [place for place in behind if place not in {None, _place(answer)}]
        if answer is not UNKNOWN:
            nowhere = answer is None
            searched = answer or ()
    if nowhere:
        return None, []
    for entry in whole:
        if won or regular is not None or entry not in searched:
            place = _behind(search, name, entry)
            if place is not None:
                shadowed.append(place)
            continue
        spec = search._search(name, [entry])
        finder = search.entry_finder(entry) if isinstance(entry, str) else None
        if spec is not None and spec.loader is None:
            portions += spec.submodule_search_locations or []
        elif spec is not None:
            regular = spec
            shadowed += [f"{portion} (a namespace portion; a regular module wins over it)" for portion in portions]
        explanation.add(
            "entry",
            _entry_words(entry, finder, spec),
            entry=without_secrets(entry),
            finder=None if finder is None else type(finder).__qualname__,
            holds=None if spec is None else _place(spec),
        )
    if regular is not None or not portions:
        return regular, shadowed
    return search._search(name, searched), shadowed


def _behind(search: PathSearch, name: str, entry: str) -> str | None:
    """Return where *entry*, which an import does not come to, has the module *name*; None: it has not."""
    try:
        spec = search._search(name, [entry])
    except Exception as error:  # noqa: BLE001, whatever a finder raises, the import that does not come to it goes well
        return f"{without_secrets(entry)} (it cannot be looked at: {error})"
    return None if spec is None else _place(spec)


def _known_words(answer: Any, *, in_it: bool) -> str:
    """Return what an *answer* says; *in_it*: a module that is known is held as well, as in a pack that is no index."""
    if answer is None:
        return "knows that there is no such module"
    if isinstance(answer, ModuleSpec):
        return "has it, and its source is what it was" if in_it else "knows where it is"
    return "has nothing of this name, or not as it is now" if answer is UNKNOWN else "knows in which entries it is"


def _entry_words(entry: str, finder: Any, spec: ModuleSpec | None) -> str:
    shown = without_secrets(entry) or "the current directory"
    if finder is None:
        return f"{shown}: no path hook claims it (it does not exist, or is neither directory nor archive)"
    if spec is None:
        return f"{shown}: nothing of this name"
    if spec.loader is None:
        return f"{shown}: a directory without __init__, a portion of a namespace package"
    return f"{shown}: {_place(spec)}"


def _place(spec: ModuleSpec) -> str:
    if spec.origin is not None:
        return spec.origin
    return ", ".join(spec.submodule_search_locations or ()) or repr(spec.loader)


def _describe(explanation: Explanation, spec: ModuleSpec) -> None:
    kind = kind_of(spec)
    distribution = distribution_of(spec) if kind.startswith(("third party", "namespace")) else None
    of = f" of {distribution}" if distribution else ""
    explanation.add("kind", f"{kind}{of}", kind=kind, distribution=distribution)
    loader = spec.loader
    title = getattr(loader, "__qualname__", type(loader).__qualname__) if loader is not None else "NamespaceLoader"
    package = "" if spec.submodule_search_locations is None else ", a package"
    explanation.add(
        "spec",
        f"loader {title}, origin {spec.origin or 'none'}{package}",
        loader=title,
        origin=spec.origin,
        has_location=spec.has_location,
        cached=spec.cached,
        path=None if spec.submodule_search_locations is None else list(spec.submodule_search_locations),
    )
    source: Any = getattr(loader, "source", None)
    if hasattr(source, "describe"):
        explanation.add("source", source.describe(), source=source.root)
    bytecode = None
    if isinstance(loader, SourceLoader) and isinstance(loader, (FileLoader, PlacedSourceLoader)):
        bytecode = bytecode_of(loader)
    elif isinstance(loader, zipimporter):
        bytecode = bytecode_of_member(loader, spec.name)
    if bytecode is not None:
        explanation.add("bytecode", bytecode[1], state=bytecode[0], location=bytecode[2])
    parent, _, child = spec.name.rpartition(".")
    if parent:
        binding = f"{child} on {parent}; import {spec.name} binds {spec.name.partition('.')[0]}"
        explanation.add("bind", f"sys.modules[{spec.name!r}], and {binding}", parent=parent, child=child)
    else:
        explanation.add("bind", f"sys.modules[{spec.name!r}]; import {spec.name} binds {spec.name}")


def _nearest(explanation: Explanation, system: ImportSystem, name: str, path: Sequence[str] | None) -> None:
    """Add the names an import could have meant."""
    import difflib

    parent, _, tail = name.rpartition(".")
    known = set(_names_along(system, path))
    if path is None:
        known |= set(sys.builtin_module_names) | set(sys.stdlib_module_names)
    near = difflib.get_close_matches(tail, known, 3, 0.7)
    near = [f"{parent}.{one}" if parent else one for one in near]
    words = f"no module {name}; nearest names: {', '.join(near)}" if near else f"no module {name}, nor a name like it"
    explanation.add("not found", words, nearest=near)


def _names_along(system: ImportSystem, path: Sequence[str] | None) -> Iterator[str]:
    """Yield the last parts of the names of the modules that the system's path finders could find along *path*."""
    import pkgutil

    for search in filter(None, map(_path_search, system.state.meta_path)):
        for entry in system.state.path if path is None else path:
            finder = search.entry_finder(entry)
            if hasattr(finder, "discover"):
                yield from (spec.name.rpartition(".")[2] for spec in finder.discover())
            elif finder is not None:
                yield from (found for found, _ in pkgutil.iter_importer_modules(finder))  # type: ignore[attr-defined]


class Recorder:
    """An observer that keeps what it hears, for ``importal explain --run``."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def __call__(self, event: Event) -> None:
        self.events.append(event)
