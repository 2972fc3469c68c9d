"""One lock per module that is being imported, and a graph of who waits for whom.

A thread holds a module's lock while it executes the module, and nothing else while it looks for one. When a thread
waits, the graph is asked whether the owner is, over any number of steps, waiting for this very thread; then waiting
would never end, and :meth:`ModuleLocks.acquire` says so instead. A thread that its starter joins inside a module body
is such a case too: no lock shows it, so the owners' stacks are looked at when waiting takes long.

No lock guards these tables. The interpreter switches threads, and lets a signal's handler raise, only at calls and at
jumps back, so what has to be done at once is written without either. That keeps a KeyboardInterrupt at any moment from
leaving something locked, which ``with lock:`` does not on every version.

``_thread`` is asked by attribute each time, so that green threads (gevent) that replace its functions are honoured.
"""

from __future__ import annotations

import _thread
import sys

from .import_errors import DeadlockError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import FrameType
    from typing import TypeAlias

    # What a thread waits for; how many had begun to wait before it; and what it waited for already when a signal or a
    # garbage collection made it wait for this.
    Waiting: TypeAlias = tuple["ModuleLock", int, "Waiting | None"]

__all__ = ["ModuleLock", "ModuleLocks"]

# After how many seconds a waiting thread first looks whether its owner is joining it, and the longest pause between
# two looks.
_FIRST_LOOK = 0.05
_LAST_LOOK = 1.0
# How many looks in a row have to find an owner waiting at one place before it counts as stopped (four seconds).
_LOOKS = 7


class ModuleLock:
    """The lock of one module: re-entrant, and refusing to wait where waiting would never end.

    ``owner`` is the identifier of the thread that holds it (None: nobody), ``count`` how often; ``users`` is how many
    hold or want it by way of the table.
    """

    __slots__ = ("__weakref__", "count", "name", "owner", "table", "users", "waiters")

    def __init__(self, name: str, table: ModuleLocks | None = None) -> None:
        self.name = name
        self.table = ModuleLocks() if table is None else table
        self.owner: int | None = None
        self.count = 0
        self.users = 0
        self.waiters: list[_thread.LockType] = []

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name!r}, owner {self.owner}>"

    def acquire(self) -> bool:
        """Take the lock, waiting if need be; True. Raises DeadlockError where waiting would never end."""
        if not self.table.take(self):
            raise DeadlockError(self.name, self.owner)
        return True

    def release(self) -> None:
        """Give the lock back. Raises RuntimeError in a thread that does not hold it."""
        if self.owner != _thread.get_ident():
            raise RuntimeError("cannot release un-acquired lock")
        self.count -= 1
        if not self.count:
            self.owner = None
            self.wake()

    def wake(self) -> None:
        """Wake the threads that wait for the lock; each looks again whether it can have it."""
        for _ in range(len(self.waiters)):
            if self.waiters:
                self.waiters.pop().release()

    def locked(self) -> bool:
        """Tell whether any thread holds the lock."""
        return self.count > 0


class ModuleLocks:
    """The locks of one module table.

    ``held`` maps a module's name to its lock while somebody holds it or waits for it, ``waiting`` a thread's identifier
    to the lock it waits for; both are empty when nothing is being imported. *thread_frames* returns each thread's
    innermost frame.
    """

    def __init__(self, thread_frames: Callable[[], Mapping[int, FrameType]] = sys._current_frames) -> None:
        self.held: dict[str, ModuleLock] = {}
        self.waiting: dict[int, Waiting] = {}
        self._thread_frames = thread_frames
        self._turns = 0

    def lock(self, name: str) -> ModuleLock:
        """Return the lock of *name*, for whoever is going to :meth:`take` it; :meth:`leave` ends its use."""
        held = self.held
        while True:
            lock = held.get(name) or held.setdefault(name, ModuleLock(name, self))
            lock.users += 1
            # Its last user may have dropped it before this thread was counted.
            if name in held and held[name] is lock:
                return lock
            lock.users -= 1

    def leave(self, lock: ModuleLock, depth: int = 0) -> None:
        """End the use of what :meth:`lock` returned, taken or not: this thread then holds it *depth* times."""
        if lock.owner == _thread.get_ident():
            lock.count = depth
            if not depth:
                lock.owner = None
        if lock.owner is None and lock.waiters:
            lock.wake()
        held, name = self.held, lock.name
        lock.users -= 1
        if not lock.users and name in held and held[name] is lock:
            del held[name]

    def acquire(self, name: str) -> ModuleLock | None:
        """Return the lock of *name*, taken by this thread; None where waiting for it would never end."""
        lock = self.lock(name)
        if self.take(lock):
            return lock
        self.leave(lock)
        return None

    def release(self, lock: ModuleLock) -> None:
        """Give back what :meth:`acquire` returned; its last user takes it out of the table."""
        self.leave(lock, lock.count - 1)

    def wait(self, name: str, *, patient: bool = True) -> bool:
        """Wait until nobody holds the lock of *name*; False where waiting would never end.

        Not *patient*: False also when the owner has stopped in a wait of its own (an event, a queue, a pool), perhaps
        for this thread.
        """
        lock = self.held.get(name)
        me = _thread.get_ident()
        return lock is None or lock.owner in {None, me} or self._wait_for(lock, me, patient)

    def owner(self, name: str) -> int | None:
        """Return the thread that holds the lock of *name*, None when nobody does."""
        lock = self.held.get(name)
        return None if lock is None else lock.owner

    def held_by_another(self, name: str) -> bool:
        """Tell whether a thread other than this one holds the lock of *name*."""
        owner = self.owner(name)
        return owner is not None and owner != _thread.get_ident()

    def chain(self) -> list[str]:
        """Return the names whose locks this thread holds, outermost import first."""
        me = _thread.get_ident()
        return [name for name, lock in list(self.held.items()) if lock.owner == me]

    def take(self, lock: ModuleLock) -> bool:
        """Take *lock* for this thread, waiting if need be; False where waiting would never end.

        Should a signal's handler raise in here, the lock may have been taken all the same: its ``owner`` tells.
        """
        me = _thread.get_ident()
        while True:
            if lock.owner is None or lock.owner == me:
                lock.owner = me
                lock.count += 1
                return True
            if not self._wait_for(lock, me):
                return False

    def _wait_for(self, lock: ModuleLock, me: int, patient: bool = True) -> bool:
        """Wait until the owner of *lock* has given it back; False where that would never be."""
        looks = 0
        place: tuple[int, int] | None = None
        pause = _FIRST_LOOK
        waiter = _thread.allocate_lock()
        waiter.acquire()
        outer = self.waiting.get(me)
        self._turns = turn = self._turns + 1
        frames: Mapping[int, FrameType] = {}
        try:
            self.waiting[me] = lock, turn, outer
            lock.waiters.append(waiter)
            while lock.owner is not None:
                if self._leads_to(lock.owner, me, turn, frames):
                    return False
                if waiter.acquire(True, pause):
                    return True
                frames = self._thread_frames()
                before, place = place, _waiting_place(lock.owner, frames)
                looks = looks + 1 if place is not None and place == before else 0
                if not patient and looks >= _LOOKS:
                    return False
                # An owner that has no frame is a green thread. Its stack cannot be looked at, and only a wait without
                # limit tells gevent that nobody is left who could go on.
                pause = min(pause * 2, _LAST_LOOK) if lock.owner in frames else -1
            return True
        finally:
            if outer is None:
                self.waiting.pop(me, None)
            else:
                self.waiting[me] = outer
            if waiter in lock.waiters:
                lock.waiters.remove(waiter)

    def after_fork_in_child(self) -> list[str]:
        """Forget every thread but this one, which alone survived the fork; return the names others were importing."""
        self.waiting.clear()
        me = _thread.get_ident()
        orphans = [name for name, lock in self.held.items() if lock.owner != me]
        for name in orphans:
            del self.held[name]
        for lock in self.held.values():
            lock.users = lock.count
            lock.waiters = []
        return orphans

    def _leads_to(self, owner: int | None, me: int, turn: int, frames: Mapping[int, FrameType]) -> bool:
        """Tell whether *owner* waits, directly or over others, for a lock that *me* holds or for *me* to end.

        Of the threads in such a circle only the last one to wait, by its *turn*, is told so; the others go on waiting.
        That a thread joins another one is seen in its stack: *frames* are the threads' innermost frames.
        """
        seen: set[int] = set()
        ahead = [owner]
        while ahead:
            thread = ahead.pop()
            if thread == me:
                return True
            if thread is None or thread in seen:
                continue
            seen.add(thread)
            waiting = self.waiting.get(thread)
            while waiting is not None:
                awaited, its_turn, waiting = waiting
                if its_turn < turn:
                    ahead.append(awaited.owner)
            if thread in frames:
                ahead.append(_joined(frames[thread]))
        return False


def _waiting_place(thread: int | None, frames: Mapping[int, FrameType]) -> tuple[int, int] | None:
    """Return where a *thread* has called into ``threading`` (a frame and an instruction), None when it has not."""
    threading = sys.modules.get("threading")
    frame = None if thread is None else frames.get(thread)
    if threading is None or frame is None or frame.f_globals is not threading.__dict__:
        return None
    # The caller's place: one that waits a little, again and again, waits all the same.
    while frame.f_back is not None and frame.f_globals is threading.__dict__:
        frame = frame.f_back
    return id(frame), frame.f_lasti


def _joined(frame: FrameType | None) -> int | None:
    """Return the thread that the one with this innermost frame is joining without a time limit, if it is."""
    threading = sys.modules.get("threading")
    if threading is None:
        return None
    join = threading.Thread.join.__code__
    # Below join there are only threading's own helpers: whatever else is on top shows that the join is not waiting.
    while frame is not None and frame.f_globals is threading.__dict__:
        if frame.f_code is join:
            waited = frame.f_locals
            return None if waited["timeout"] is not None else waited["self"].ident
        frame = frame.f_back
    return None
