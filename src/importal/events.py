"""What an import system announces while it works, and to whom.

Every step of the journey of a name says what it decided and why. Nobody listening costs one truth test a step::

    if tell := events.find:
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


class Events:
    """Who listens to one import system.

    For each step there is an attribute of its name (``import_`` for "import"): what to call for it, or None when nobody
    hears of it. ``observers`` is a tuple that is replaced, never changed, so that it can be read without a lock.
    """

    __slots__ = (
        "_hearers", "_plain", "bind", "bytecode", "create", "dropped", "entry", "execute", "find", "finder", "import_",
        "observers", "publish", "source", "store", "wait",
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

    def __init__(self) -> None:
        self.dropped: tuple[tuple[Observer, Exception], ...] = ()
        self._set(())

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
        self._set((*self.observers, observer))
        attached = True

        def undo() -> None:
            nonlocal attached
            if attached:
                attached = False
                self._detach(observer)

        return undo

    def _detach(self, observer: Observer) -> None:
        """Take *observer* out once, however often it is attached."""
        for index, one in enumerate(self.observers):
            if one is observer:
                self._set(self.observers[:index] + self.observers[index + 1 :])
                return

    def _set(self, observers: tuple[Observer, ...]) -> None:
        by_step: list[Mapping[str, Hearer]] = []
        plain = []
        for observer in observers:
            steps: Mapping[str, Hearer] | None = getattr(observer, "by_step", None)
            if steps is None:
                plain.append(observer)
            else:
                by_step.append(steps)
        # Of the observers: those called with an event, and the functions of the others, by step.
        self._plain: tuple[Observer, ...] = tuple(plain)
        self._hearers: Mapping[str, tuple[Hearer, ...]] = {
            step: tuple(steps[step] for steps in by_step if step in steps) for step in STEPS
        }
        self.observers = observers
        for step, hearers in self._hearers.items():
            tell: Hearer | None = None
            if plain or len(hearers) > 1:
                tell = self._announcing(step)
            elif hearers:
                (tell,) = hearers
            setattr(self, "import_" if step == "import" else step, tell)

    def _announcing(self, step: str) -> Hearer:
        return lambda outcome, name, /, **facts: self.announce(step, outcome, name, **facts)

    def announce(self, step: str, outcome: str, name: str, /, **facts: object) -> None:
        """Tell everyone who hears of it about one step."""
        for hear in self._hearers.get(step, ()):
            hear(outcome, name, **facts)
        if not self._plain:
            return
        event = tuple.__new__(Event, (step, outcome, name, facts))
        for observer in self._plain:
            try:
                observer(event)
            except Exception as error:  # noqa: BLE001, whatever an observer raises must not change what it watches
                self._set(tuple(one for one in self.observers if one is not observer))
                self.dropped = (*self.dropped, (observer, error))


# The interpreter has one import system of its own, as it has one ``sys``; these are its listeners.
host_events = Events()
