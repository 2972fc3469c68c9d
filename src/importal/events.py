"""What an import system announces while it works, and to whom.

Every step of the journey of a name says what it decided and why. Nobody listening costs one truth test a step::

    if events.observers:
        events.announce("find", "finished", name, spec=spec)

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
    # What an observer has for one step: it is called with the outcome, the name and the facts.
    Hearer: TypeAlias = Callable[[str, str, Mapping[str, object]], None]

__all__ = ["Event", "Events", "host_events"]


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

    ``observers`` is a tuple that is replaced, never changed, so that a step can read it without a lock.
    """

    __slots__ = ("_hearers", "_plain", "dropped", "observers")

    def __init__(self) -> None:
        self.observers: tuple[Observer, ...] = ()
        # Of the observers: those called with an event, and the functions of the others, by step.
        self._plain: tuple[Observer, ...] = ()
        self._hearers: Mapping[str, tuple[tuple[Observer, Hearer], ...]] = {}
        self.dropped: tuple[tuple[Observer, Exception], ...] = ()

    def observe(self, observer: Observer) -> Callable[[], None]:
        """Announce every step to *observer* from now on; return a function that undoes this.

        An observer that raises is dropped, the import goes on; ``dropped`` keeps it together with its exception. One
        with an attribute ``by_step`` is not called itself: that names a function for each step it wants to hear of,
        which is called with the outcome, the name and the facts. This saves time, as no event is made.
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
        hearers: dict[str, tuple[tuple[Observer, Hearer], ...]] = {}
        plain = []
        for observer in observers:
            steps: Mapping[str, Hearer] | None = getattr(observer, "by_step", None)
            if steps is None:
                plain.append(observer)
            else:
                for step, hear in steps.items():
                    hearers[step] = (*hearers.get(step, ()), (observer, hear))
        self._hearers = hearers
        self._plain = tuple(plain)
        self.observers = observers

    def heard(self, step: str) -> bool:
        """Tell whether any observer hears of *step*."""
        return bool(self._plain) or step in self._hearers

    def announce(self, step: str, outcome: str, name: str, /, **facts: object) -> None:
        """Tell every observer about one step."""
        hearers = self._hearers.get(step)
        if hearers is not None:
            for observer, hear in hearers:
                try:
                    hear(outcome, name, facts)
                except Exception as error:  # noqa: BLE001, whatever an observer raises must not change what it watches
                    self._drop(observer, error)
        if not self._plain:
            return
        event = tuple.__new__(Event, (step, outcome, name, facts))
        for observer in self._plain:
            try:
                observer(event)
            except Exception as error:  # noqa: BLE001, as above
                self._drop(observer, error)

    def _drop(self, observer: Observer, error: Exception) -> None:
        self._set(tuple(one for one in self.observers if one is not observer))
        self.dropped = (*self.dropped, (observer, error))


# The interpreter has one import system of its own, as it has one ``sys``; these are its listeners.
host_events = Events()
