"""What an import system announces while it works, and to whom.

Every step of the journey of a name says what it decided and why. Nobody listening costs one truth test a step::

    if tell := events.hearers.find:
        tell("finished", name, path=path, spec=spec, finder=finder)

The steps, the outcomes each can have, and the facts that come with them:

=========== ============================== ==================================================================
step        outcomes                       facts
=========== ============================== ==================================================================
import      started finished failed        ``module`` (finished), ``error`` (failed)
wait        started finished               ``owner``: the thread that is importing the module
find        started finished failed        ``path``: the entries searched, None for the state's path; ``spec`` and
                                           ``finder`` (finished)
finder      asked answered                 ``finder``; ``spec`` or None (answered)
entry       searched                       ``entry``, ``finder`` (None: no hook claims it), ``spec``
bytecode    fresh stale missing refused    ``location``, ``reason``
source      read compiled                  ``location``, ``size`` in bytes (read)
store       written skipped failed         ``location``, ``reason``
create      finished                       ``module``, ``spec``
execute     started finished failed        ``module``, ``error`` (failed)
publish     removed                        ``module``: what failed is taken out of the table
bind        finished                       ``parent``, ``child``
=========== ============================== ==================================================================
"""

from __future__ import annotations

from _operator import itemgetter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Self, TypeAlias

    Observer: TypeAlias = Callable[["Event"], None]
    # What is called for one step, with the outcome and the name, and the facts by keyword.
    Hearer: TypeAlias = Callable[..., None]

__all__ = ["STEPS", "Event", "Events", "host_events"]

STEPS = (
    "import", "wait", "find", "finder", "entry", "bytecode", "source", "store", "create", "execute", "publish", "bind",
)  # fmt: skip


class Event(tuple):  # type: ignore[type-arg]
    """One announcement: a ``step`` of the import of ``name``, its ``outcome``, and the ``facts`` behind it."""

    __slots__ = ()

    step: str = property(itemgetter(0))  # type: ignore[assignment]
    outcome: str = property(itemgetter(1))  # type: ignore[assignment]
    name: str = property(itemgetter(2))  # type: ignore[assignment]
    facts: Mapping[str, object] = property(itemgetter(3))  # type: ignore[assignment]

    def __new__(cls, step: str, outcome: str, name: str, facts: Mapping[str, object]) -> Self:
        return tuple.__new__(cls, (step, outcome, name, facts))

    def __repr__(self) -> str:
        facts = "".join(f", {key}={value!r}" for key, value in self.facts.items())
        return f"Event({self.step!r}, {self.outcome!r}, {self.name!r}{facts})"


class Hearers:
    """Who hears of what. It is replaced, never changed, so that it can be read without a lock.

    For each step there is an attribute of its name (``import_`` for "import"): what to call for it, or None when nobody
    hears of it. *announce* tells everyone.
    """

    __slots__ = (
        "bind", "by_step", "bytecode", "create", "entry", "execute", "find", "finder", "import_", "observers", "plain",
        "publish", "source", "store", "wait",
    )  # fmt: skip

    import_: Hearer | None
    wait: Hearer | None
    find: Hearer | None
    finder: Hearer | None
    entry: Hearer | None
    bytecode: Hearer | None
    source: Hearer | None
    store: Hearer | None
    create: Hearer | None
    execute: Hearer | None
    publish: Hearer | None
    bind: Hearer | None

    def __init__(self, observers: tuple[Observer, ...], announce: Callable[..., None]) -> None:
        self.observers = observers
        tables: list[Mapping[str, Hearer] | None] = [getattr(observer, "by_step", None) for observer in observers]
        # Of the observers: those called with an event, and the functions of the others, by step.
        self.plain = tuple(one for one, table in zip(observers, tables, strict=True) if table is None)
        self.by_step = {step: tuple(table[step] for table in tables if table and step in table) for step in STEPS}
        for step, hearers in self.by_step.items():
            tell: Hearer | None = None
            if self.plain or len(hearers) > 1:
                tell = _of_step(step, announce)
            elif hearers:
                (tell,) = hearers
            setattr(self, "import_" if step == "import" else step, tell)


def _of_step(step: str, announce: Callable[..., None]) -> Hearer:
    return lambda outcome, name, /, **facts: announce(step, outcome, name, **facts)


class Events:
    """Who listens to one import system; ``hearers`` says it by step."""

    __slots__ = ("dropped", "hearers")

    def __init__(self) -> None:
        self.dropped: tuple[tuple[Observer, Exception], ...] = ()
        self.hearers = Hearers((), self.announce)

    @property
    def observers(self) -> tuple[Observer, ...]:
        """The observers, in the order in which they are told."""
        return self.hearers.observers

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Announce every step to *observer* from now on; return a function that undoes this.

        An observer that raises is dropped, the import goes on; ``dropped`` keeps it together with its exception. One
        with an attribute ``by_step`` is not called itself: it has a function for each step that it wants to hear of,
        which is called with the outcome, the name, and the facts by keyword. This saves time, as no event is made. What
        such a function raises, the import raises.
        """
        if not callable(observer):
            from .errors import ObserverError

            raise ObserverError(observer)
        self.hearers = Hearers((*self.observers, observer), self.announce)
        attached = True

        def undo() -> None:
            nonlocal attached
            if attached:
                self._detach(observer)
                attached = False

        return undo

    def _detach(self, observer: Observer) -> None:
        """Take *observer* out once, however often it is attached."""
        observers = self.observers
        for index, one in enumerate(observers):
            if one is observer:
                self.hearers = Hearers(observers[:index] + observers[index + 1 :], self.announce)
                return

    def announce(self, step: str, outcome: str, name: str, /, **facts: object) -> None:
        """Tell everyone who hears of it about one step."""
        hearers = self.hearers
        for hear in hearers.by_step.get(step, ()):
            hear(outcome, name, **facts)
        if not hearers.plain:
            return
        event = tuple.__new__(Event, (step, outcome, name, facts))
        for observer in hearers.plain:
            try:
                observer(event)
            except Exception as error:  # noqa: BLE001, whatever an observer raises must not change what it watches
                self.hearers = Hearers(tuple(one for one in self.observers if one is not observer), self.announce)
                self.dropped = (*self.dropped, (observer, error))


# The interpreter has one import system of its own, as it has one ``sys``; these are its listeners.
host_events = Events()
