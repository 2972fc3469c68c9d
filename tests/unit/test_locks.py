"""locks: one lock per module, and who waits for whom."""

from __future__ import annotations

import _thread
import inspect
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from importal import DeadlockError
from importal.locks import ModuleLock, ModuleLocks

PATIENCE = 20.0  # seconds after which a thread that should have ended has not


def start(job: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    """Run `job` in a thread; its result is appended to the list."""
    results: list[object] = []
    thread = threading.Thread(target=lambda: results.append(job()), daemon=True)
    thread.start()
    return thread, results


def finish(thread: threading.Thread) -> None:
    thread.join(PATIENCE)
    assert not thread.is_alive(), "the thread still waits"


def until(condition: Callable[[], object]) -> None:
    """Wait until the condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.001)


def waiters(locks: ModuleLocks) -> int:
    return len(locks.waiting)


def test_an_idle_table_is_empty() -> None:
    locks = ModuleLocks()
    lock = locks.acquire("a")
    assert list(locks.held) == ["a"]
    locks.release(lock)
    assert (locks.held, locks.waiting) == ({}, {})


def test_a_lock_is_reentrant_and_counts() -> None:
    locks = ModuleLocks()
    first, second = locks.acquire("a"), locks.acquire("a")
    assert first is second
    assert (first.owner, first.count) == (_thread.get_ident(), 2)
    locks.release(second)
    assert first.locked()
    assert locks.owner("a") == _thread.get_ident()
    locks.release(first)
    assert not first.locked()
    assert locks.owner("a") is None


def test_chain_is_what_this_thread_holds_outermost_first() -> None:
    locks = ModuleLocks()
    taken = [locks.acquire(name) for name in ("a", "b", "c")]
    _, other = start(lambda: locks.chain())
    until(lambda: other)
    assert (locks.chain(), other) == (["a", "b", "c"], [[]])
    for lock in reversed(taken):
        locks.release(lock)
    assert locks.chain() == []


def test_only_the_owner_releases() -> None:
    lock = ModuleLock("a")
    with pytest.raises(RuntimeError, match="cannot release un-acquired lock"):
        lock.release()
    assert lock.acquire()
    thread, results = start(lambda: release_and_catch(lock))
    finish(thread)
    assert results == ["cannot release un-acquired lock"]
    lock.release()


def release_and_catch(lock: ModuleLock) -> str:
    try:
        lock.release()
    except RuntimeError as error:
        return str(error)
    return "no error"


def test_a_waiting_thread_gets_the_lock_when_it_is_given_back() -> None:
    locks = ModuleLocks()
    held = locks.acquire("a")
    order = []

    def job() -> None:
        lock = locks.acquire("a")
        order.append("taken there")
        locks.release(lock)

    thread, _ = start(job)
    until(lambda: waiters(locks) == 1)
    assert locks.held_by_another("a") is False
    order.append("given back here")
    locks.release(held)
    finish(thread)
    assert order == ["given back here", "taken there"]
    assert (locks.held, locks.waiting) == ({}, {})


def test_each_of_many_threads_holds_it_alone() -> None:
    locks = ModuleLocks()
    inside: list[int] = []
    crowded: list[int] = []
    start_together = threading.Barrier(8)

    def job() -> None:
        start_together.wait()
        for _ in range(50):
            lock = locks.acquire("a")
            inside.append(1)
            if len(inside) != 1:
                crowded.append(len(inside))
            time.sleep(0)
            inside.pop()
            locks.release(lock)

    threads = [start(job)[0] for _ in range(8)]
    for thread in threads:
        finish(thread)
    assert crowded == []
    assert (locks.held, locks.waiting) == ({}, {})


@pytest.mark.parametrize("length", [2, 3, 5])
def test_a_circle_of_waiting_threads_is_refused(length: int) -> None:
    """Each thread holds one lock and asks for the next one's; the last to ask is told that waiting would never end."""
    locks = ModuleLocks()
    everyone_has_one = threading.Barrier(length)

    def job(index: int) -> str:
        own = locks.acquire(f"m{index}")
        everyone_has_one.wait(PATIENCE)
        wanted = locks.acquire(f"m{(index + 1) % length}")
        if wanted is not None:
            locks.release(wanted)
        locks.release(own)
        return "refused" if wanted is None else "waited"

    running = [start(lambda index=index: job(index)) for index in range(length)]  # type: ignore[misc]
    for thread, _ in running:
        finish(thread)
    outcomes = [results[0] for _, results in running]
    assert outcomes.count("refused") == 1
    assert (locks.held, locks.waiting) == ({}, {})


def test_only_the_last_to_wait_in_a_circle_is_refused() -> None:
    """All of them see the circle when they look again; one that gives way is enough."""
    locks = ModuleLocks()
    mine, theirs = ModuleLock("mine", locks), ModuleLock("theirs", locks)
    mine.owner, theirs.owner = 1, 2
    locks.waiting = {1: (theirs, 7, None), 2: (mine, 8, None)}
    assert locks._leads_to(theirs.owner, 1, 7, {}) is False
    assert locks._leads_to(mine.owner, 2, 8, {}) is True


def test_a_single_lock_raises_for_a_circle() -> None:
    locks = ModuleLocks()
    mine, theirs = ModuleLock("mine", locks), ModuleLock("theirs", locks)
    mine.acquire()
    ready = threading.Event()

    def job() -> None:
        theirs.acquire()
        ready.set()
        mine.acquire()
        mine.release()
        theirs.release()

    thread, _ = start(job)
    assert ready.wait(PATIENCE)
    until(lambda: waiters(locks) == 1)
    with pytest.raises(DeadlockError, match="deadlock: module 'theirs' is being imported by thread") as caught:
        theirs.acquire()
    assert caught.value.owner == thread.ident
    mine.release()
    finish(thread)


def test_waiting_returns_when_nobody_holds_it_any_more() -> None:
    locks = ModuleLocks()
    held = locks.acquire("a")
    thread, results = start(lambda: locks.wait("a"))
    until(lambda: waiters(locks) == 1)
    assert results == []
    locks.release(held)
    finish(thread)
    assert results == [True]


def test_waiting_for_ones_own_or_nobodys_lock_returns_at_once() -> None:
    locks = ModuleLocks()
    assert locks.wait("a")
    held = locks.acquire("a")
    assert locks.wait("a")
    locks.release(held)


def test_waiting_for_a_thread_that_waits_for_this_one_is_refused() -> None:
    locks = ModuleLocks()
    mine = locks.acquire("mine")
    ready = threading.Event()

    def job() -> None:
        theirs = locks.acquire("theirs")
        ready.set()
        locks.release(locks.acquire("mine"))
        locks.release(theirs)

    thread, _ = start(job)
    assert ready.wait(PATIENCE)
    until(lambda: waiters(locks) == 1)
    assert locks.held_by_another("theirs")
    assert locks.wait("theirs") is False
    locks.release(mine)
    finish(thread)


def test_waiting_for_a_thread_that_joins_this_one_is_refused() -> None:
    """A module body that starts a thread which imports, and joins it: no lock shows that the two are stuck."""
    locks = ModuleLocks()
    held = locks.acquire("a")
    thread, results = start(lambda: locks.acquire("a"))
    thread.join()  # without a limit: a lock that is waited for would never come
    assert results == [None]
    locks.release(held)
    assert (locks.held, locks.waiting) == ({}, {})


def test_a_join_with_a_time_limit_ends_by_itself() -> None:
    locks = ModuleLocks()
    held = locks.acquire("a")

    def job() -> bool:
        lock = locks.acquire("a")
        if lock is None:
            return False
        locks.release(lock)
        return True

    thread, results = start(job)
    thread.join(0.4)  # longer than it takes to look whether somebody joins
    assert results == []
    locks.release(held)
    finish(thread)
    assert results == [True]


def holder(locks: ModuleLocks) -> tuple[threading.Thread, threading.Event]:
    """Start a thread that holds the lock of `a` until the event is set."""
    ready, done = threading.Event(), threading.Event()

    def job() -> None:
        lock = locks.acquire("a")
        ready.set()
        done.wait(PATIENCE)
        locks.release(lock)

    thread, _ = start(job)
    assert ready.wait(PATIENCE)
    return thread, done


def test_an_interrupted_wait_leaves_no_trace() -> None:
    """What a signal handler raises in the waiting thread must not leave it among those who wait."""
    locks = ModuleLocks()
    thread, done = holder(locks)

    def interrupt() -> None:
        until(lambda: locks.waiting)
        time.sleep(0.02)  # until the waiting thread has gone to sleep
        _thread.interrupt_main()

    interrupter, _ = start(interrupt)
    with pytest.raises(KeyboardInterrupt):
        locks.acquire("a")
    finish(interrupter)
    assert locks.waiting == {}
    assert locks.held["a"].waiters == []
    done.set()
    finish(thread)


def test_an_interrupt_on_the_way_into_waiting_leaves_no_trace() -> None:
    """A signal can come at any line, also between being put down as waiting and beginning to wait."""
    source, first = inspect.getsourcelines(ModuleLocks._wait_for)
    last = next(number for number, line in enumerate(source, first) if "waiter.acquire(True" in line)

    def interrupting_at(wanted: int) -> Callable[..., Any]:
        def trace(frame: FrameType, event: str, argument: object) -> Any:
            if frame.f_code is not ModuleLocks._wait_for.__code__:
                return None
            if event == "line" and frame.f_lineno == wanted:
                sys.settrace(None)
                raise KeyboardInterrupt
            return trace

        return trace

    for line in range(first + 1, last + 1):
        locks = ModuleLocks()
        thread, done = holder(locks)
        outer = sys.gettrace()
        sys.settrace(interrupting_at(line))
        try:
            threading.Timer(0.02, done.set).start()  # for lines that are not passed on this way
            locks.release(locks.acquire("a"))
        except KeyboardInterrupt:
            pass
        finally:
            sys.settrace(outer)
        finish(thread)
        assert locks.waiting == {}, f"interrupted at line {line}"
        assert [lock.waiters for lock in locks.held.values() if lock.waiters] == [], f"interrupted at line {line}"


def test_after_a_fork_only_this_threads_locks_are_left(child: Callable[..., str]) -> None:
    """Three threads: one holds a lock, one waits for this thread's, and this one forks."""
    out = child(
        """
        import os, threading, time
        from importal.locks import ModuleLocks
        locks = ModuleLocks()
        mine = locks.acquire("mine")
        ready, done = threading.Event(), threading.Event()
        def hold():
            theirs = locks.acquire("theirs")
            ready.set()
            done.wait(20)
            locks.release(theirs)
        threads = [threading.Thread(target=hold), threading.Thread(target=lambda: locks.wait("mine"))]
        for thread in threads:
            thread.start()
        ready.wait(20)
        while not locks.waiting:
            time.sleep(0.001)
        if not os.fork():
            print(locks.after_fork_in_child(), list(locks.held), locks.waiting, mine.waiters)
            again = locks.acquire("theirs")
            print(again.count)
            locks.release(again)
            locks.release(mine)
            print(locks.held, flush=True)
            os._exit(0)
        os.wait()
        done.set()
        locks.release(mine)
        for thread in threads:
            thread.join()
        print(locks.held, locks.waiting)
        """,
        flags=("-W", "ignore::DeprecationWarning"),  # from 3.12 on a fork with threads is warned of
    )
    assert out == "['theirs'] ['mine'] {} []\n1\n{}\n{} {}\n"


def test_the_repr_names_the_module() -> None:
    assert repr(ModuleLock("a.b")) == "<ModuleLock 'a.b', owner None>"
