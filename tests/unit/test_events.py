"""events: who is told what."""

from __future__ import annotations

import pickle

import pytest

from importal import Event, Events
from importal.errors import ObserverError
from importal.events import STEPS


def test_every_observer_is_told_in_order() -> None:
    events, told = Events(), []
    events.observe(lambda event: told.append(("first", event)))
    events.observe(lambda event: told.append(("second", event)))
    events.announce("find", "finished", "a.b", spec=5)
    assert [who for who, _ in told] == ["first", "second"]
    event = told[0][1]
    assert (event.step, event.outcome, event.name, event.facts) == ("find", "finished", "a.b", {"spec": 5})
    assert repr(event) == "Event('find', 'finished', 'a.b', spec=5)"


def test_events_cannot_be_changed() -> None:
    event = Event("find", "finished", "a", {})
    for field in ("step", "outcome", "name", "facts", "other"):
        with pytest.raises(AttributeError):
            setattr(event, field, 5)


def test_undo_detaches_that_observer_only() -> None:
    events, told = Events(), []
    undo_first = events.observe(lambda event: told.append("first"))
    events.observe(lambda event: told.append("second"))
    undo_first()
    undo_first()
    events.announce("find", "started", "a")
    assert told == ["second"]


def test_an_observer_attached_twice_is_told_twice_until_one_is_undone() -> None:
    events, told = Events(), []
    observer = told.append
    undo = events.observe(observer)
    events.observe(observer)
    events.announce("find", "started", "a")
    assert len(told) == 2
    undo()
    events.announce("find", "started", "b")
    assert [event.name for event in told] == ["a", "a", "b"]


def test_an_observer_that_raises_is_dropped_and_remembered() -> None:
    events, told = Events(), []
    error = RuntimeError("observer's own")

    def broken(event: Event) -> None:
        raise error

    events.observe(broken)
    events.observe(told.append)
    events.announce("find", "started", "a")
    events.announce("find", "started", "b")
    assert [event.name for event in told] == ["a", "b"]
    assert events.dropped == ((broken, error),)
    assert len(events.observers) == 1


def test_interrupting_an_observer_interrupts_the_import() -> None:
    events = Events()

    def interrupted(event: Event) -> None:
        raise KeyboardInterrupt

    events.observe(interrupted)
    with pytest.raises(KeyboardInterrupt):
        events.announce("find", "started", "a")


def test_observers_may_detach_while_they_are_told() -> None:
    events, told = Events(), []

    def once(event: Event) -> None:
        told.append(event.name)
        undo()

    undo = events.observe(once)
    events.announce("find", "started", "a")
    events.announce("find", "started", "b")
    assert told == ["a"]


class ByStep:
    """Hears of two steps, by a function for each."""

    def __init__(self, told: list[object]) -> None:
        self.by_step = {"find": lambda *heard, **facts: told.append((*heard, facts)), "bind": self.fail}

    def fail(self, outcome: str, name: str, **_: object) -> None:
        raise ValueError(name)

    def __call__(self, event: Event) -> None:
        raise AssertionError("it has a function for each step")


def test_an_observer_may_have_a_function_for_each_step() -> None:
    events, told, others = Events(), [], []
    observer = ByStep(told)
    undo = events.observe(observer)
    assert (events.hearers.find is observer.by_step["find"], events.hearers.create) == (True, None)
    undo_others = events.observe(others.append)
    for tell in (events.hearers.find, events.hearers.create):
        assert tell is not None
        tell("finished", "a", spec=5)
    assert told == [("finished", "a", {"spec": 5})]
    assert [event.step for event in others] == ["find", "create"]
    undo_others()
    events.announce("find", "finished", "b")
    assert told[1:] == [("finished", "b", {})]
    undo()
    assert [getattr(events.hearers, step) for step in ("find", "import_", "bind")] == [None] * 3
    events.announce("find", "finished", "c")
    assert len(told) == 2


def test_what_a_function_for_a_step_raises_comes_out_of_the_import() -> None:
    events = Events()
    events.observe(ByStep([]))
    assert events.hearers.bind is not None
    with pytest.raises(ValueError, match="a"):
        events.hearers.bind("finished", "a")
    events.observe(lambda event: None)
    with pytest.raises(ValueError, match="b"):
        events.hearers.bind("finished", "b")
    assert events.dropped == ()


def test_who_is_told_is_replaced_as_a_whole() -> None:
    """Whoever reads it sees what was, or all that is new, whatever interrupts it."""
    events, told = Events(), []
    before = events.hearers
    undo = events.observe(told.append)
    during = events.hearers
    undo()
    for hearers, hears in ((before, False), (during, True), (events.hearers, False)):
        assert {getattr(hearers, "import_" if step == "import" else step) is not None for step in STEPS} == {hears}
    assert during.find is not None
    during.find("started", "a")  # looked up before it was undone
    assert told == []


def test_every_step_has_an_attribute_for_who_hears_of_it() -> None:
    events, told = Events(), []
    events.observe(told.append)
    for step in STEPS:
        getattr(events.hearers, "import_" if step == "import" else step)("finished", "a", module=1)
    assert [(event.step, event.outcome, event.facts) for event in told] == [
        (step, "finished", {"module": 1}) for step in STEPS
    ]


def test_what_cannot_be_called_is_no_observer() -> None:
    events = Events()
    with pytest.raises(ObserverError, match="'int' object is not callable") as caught:
        events.observe(5)  # type: ignore[arg-type]
    assert isinstance(caught.value, TypeError)
    assert events.observers == ()
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
