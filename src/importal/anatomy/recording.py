"""The execution of a module as a tree: imports, the bodies they execute, their steps, and the names these bind."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Binding", "Body", "Import", "Recording", "Step"]


@dataclass(slots=True)
class Binding:
    """A ``name`` was ``bound``, ``rebound`` or ``deleted`` in the namespace; ``value`` says to what."""

    change: str
    name: str
    value: str


@dataclass(slots=True)
class Step:
    """One line of a body, or one instruction, with what it did.

    ``instruction`` is (byte offset, text) where instructions were recorded. ``cached`` are the modules that it asked
    for and that were in the module table already; ``inside`` are the imports it caused and the class bodies it ran.
    """

    line: int | None
    source: str
    instruction: tuple[int, str] | None = None
    bindings: list[Binding] = field(default_factory=list)
    cached: list[str] = field(default_factory=list)
    inside: list[Import | Body] = field(default_factory=list)


@dataclass(slots=True)
class Body:
    """The execution of a module's or a class's body: one frame. ``error`` is what it was left with, if an exception."""

    kind: str
    name: str
    file: str
    steps: list[Step] = field(default_factory=list)
    error: str | None = None
    complete: bool = False

    def names(self) -> set[str]:
        """Return the names that it bound and did not delete again."""
        left: set[str] = set()
        for step in self.steps:
            for binding in step.bindings:
                left.discard(binding.name)
                if binding.change != "deleted":
                    left.add(binding.name)
        return left


@dataclass(slots=True)
class Import:
    """One import that was not answered by the module table.

    ``origin``, ``loader``, ``package`` (what relative names count from) and ``file`` are known when the module was
    ``created``; ``code_from`` says where its code came from, ``bound`` on which package the module was put. ``inside``
    are the imports of its packages, and its body, which C modules do not have. ``error`` is what it failed with.
    """

    name: str
    origin: str | None = None
    loader: str | None = None
    package: str = ""
    file: str | None = None
    code_from: str | None = None
    created: bool = False
    executed: bool = False
    has_body: bool = False
    bound: str | None = None
    error: str | None = None
    complete: bool = False
    inside: list[Import | Body] = field(default_factory=list)


@dataclass(slots=True)
class Recording:
    """The whole: ``imports`` at the top, what ``stopped`` the recording early, the ``error`` the import ended with."""

    name: str
    imports: list[Import] = field(default_factory=list)
    stopped: str | None = None
    error: str | None = None

    def limit(self, depth: int) -> None:
        """Forget what happened inside imports that are more than *depth* levels below the one that was asked for."""
        for one in self.imports:
            _limit(one, depth)

    def to_json(self) -> dict[str, Any]:
        """Return everything as plain values; the keys are the attributes' names."""
        return asdict(self)


def _limit(item: Import | Body, depth: int) -> None:
    if isinstance(item, Import):
        if depth < 0:
            item.inside.clear()
        for inside in item.inside:
            # The packages of a module are on its own level.
            _limit(inside, depth)
    else:
        for step in item.steps:
            for inside in step.inside:
                _limit(inside, depth - isinstance(inside, Import))
