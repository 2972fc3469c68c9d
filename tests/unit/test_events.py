"""events: who is told what."""

from __future__ import annotations

import pickle

import pytest

from importal import Event, Events
from importal.events import ObserverError


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


def test_what_cannot_be_called_is_no_observer() -> None:
    events = Events()
    with pytest.raises(ObserverError, match="'int' object is not callable") as caught:
        events.observe(5)  # type: ignore[arg-type]
    assert isinstance(caught.value, TypeError)
    assert events.observers == ()
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)
