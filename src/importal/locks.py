"""One lock per module that is being imported, and a graph of who waits for whom.

A thread holds a module's lock while it executes the module, and nothing else while it looks for one. Before a thread
waits, the graph is asked whether the owner is, over any number of steps, waiting for this very thread; then waiting
would never end, and :meth:`ModuleLocks.acquire` says so instead. A thread that its starter joins inside a module body
is such a case too: no lock shows it, so the owner's stack is looked at when waiting takes long.

``_thread`` is asked by attribute each time, so that green threads (gevent) that replace its functions are honoured.
"""

from __future__ import annotations

import _thread
import sys

from .errors import DeadlockError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

__all__ = ["ModuleLock", "ModuleLocks"]

# After how many seconds a waiting thread first looks whether its owner is joining it, and the longest pause between
# two looks.
_FIRST_LOOK = 0.05
_LAST_LOOK = 1.0
# How many looks in a row have to find an owner at one place in threading before it counts as stopped (four seconds).
_LOOKS = 7


class ModuleLock:
    """The lock of one module: re-entrant, and refusing to wait where waiting would never end.

    ``owner`` is the identifier of the thread that holds it (None: nobody), ``count`` how often.
    """

    __slots__ = ("__weakref__", "count", "name", "owner", "table", "waiters")

    def __init__(self, name: str, table: ModuleLocks | None = None) -> None:
        self.name = name
        self.table = ModuleLocks() if table is None else table
        self.owner: int | None = None
        self.count = 0
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
        self.table.give_back(self)

    def locked(self) -> bool:
        """Tell whether any thread holds the lock."""
        return self.count > 0


class ModuleLocks:
    """The locks of one module table.

    ``held`` maps a module's name to its lock while somebody holds it or waits for it, ``waiting`` a thread's identifier
    to the locks it waits for; both are empty when nothing is being imported.
    """

    def __init__(self) -> None:
        self.held: dict[str, ModuleLock] = {}
        self.waiting: dict[int, list[ModuleLock]] = {}
        # Guards every change below. Re-entrant because a garbage collection, or a signal handler, may import while
        # this thread is inside.
        self._guard = _thread.RLock()

    def acquire(self, name: str) -> ModuleLock | None:
        """Return the lock of *name*, taken by this thread; None where waiting for it would never end."""
        while True:
            with self._guard:
                lock = self.held.get(name)
                if lock is None:
                    lock = self.held[name] = ModuleLock(name, self)
                if lock.owner is None:
                    lock.owner = _thread.get_ident()
                    lock.count = 1
                    return lock
            if not self.take(lock):
                return None
            with self._guard:
                # The lock may have been dropped from the table by its last holder before this thread had it.
                if self.held.setdefault(name, lock) is lock:
                    return lock
                self.give_back(lock)

    def release(self, lock: ModuleLock) -> None:
        """Give back what :meth:`acquire` returned; the last holder takes the lock out of the table."""
        with self._guard:
            self.give_back(lock)
            if not lock.count and not lock.waiters and self.held.get(lock.name) is lock:
                del self.held[lock.name]

    def wait(self, name: str, *, patient: bool = True) -> bool:
        """Wait until nobody holds the lock of *name*; False where waiting would never end.

        Not *patient*: False also when the owner has stopped in a wait of its own (an event, a queue, a pool), perhaps
        for this thread.
        """
        lock = self.held.get(name)
        if lock is None or lock.owner == _thread.get_ident():
            return True
        if not self.take(lock, patient=patient):
            return False
        self.release(lock)
        return True

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
        with self._guard:
            return [name for name, lock in self.held.items() if lock.owner == me]

    def take(self, lock: ModuleLock, *, patient: bool = True) -> bool:
        """Take *lock* for this thread, waiting if need be; False where waiting would never end."""
        me = _thread.get_ident()
        pause = _FIRST_LOOK
        place = None
        looks = 0
        while True:
            with self._guard:
                if lock.owner is None or lock.owner == me:
                    lock.owner = me
                    lock.count += 1
                    return True
                if self._leads_to(lock.owner, me):
                    return False
                waiter = _thread.allocate_lock()
                waiter.acquire()
                lock.waiters.append(waiter)
                self.waiting.setdefault(me, []).append(lock)
            try:
                woken = waiter.acquire(True, pause)
            finally:
                with self._guard:
                    if waiter in lock.waiters:
                        lock.waiters.remove(waiter)
                    self._forget_waiting(me, lock)
            if not woken:
                before, place = place, _waiting_place(lock.owner)
                looks = looks + 1 if place is not None and place == before else 0
                if _joins(lock.owner, me) or (not patient and looks >= _LOOKS):
                    return False
                pause = min(pause * 2, _LAST_LOOK)

    def give_back(self, lock: ModuleLock) -> None:
        """Undo one :meth:`take` of this thread; wakes those who wait. Raises RuntimeError for another thread's lock."""
        with self._guard:
            if lock.owner != _thread.get_ident():
                raise RuntimeError("cannot release un-acquired lock")
            lock.count -= 1
            if not lock.count:
                lock.owner = None
                waiters, lock.waiters = lock.waiters, []
                for waiter in waiters:
                    waiter.release()

    def after_fork_in_child(self) -> list[str]:
        """Forget every thread but this one, which alone survived the fork; return the names others were importing."""
        self._guard = _thread.RLock()
        self.waiting.clear()
        me = _thread.get_ident()
        orphans = [name for name, lock in self.held.items() if lock.owner != me]
        for name in orphans:
            del self.held[name]
        for lock in self.held.values():
            lock.waiters = []
        return orphans

    def _leads_to(self, owner: int | None, me: int) -> bool:
        """Tell whether *owner* waits, directly or over others, for a lock that the thread *me* holds."""
        seen: set[int] = set()
        ahead = [owner]
        while ahead:
            thread = ahead.pop()
            if thread == me:
                return True
            if thread is None or thread in seen:
                continue
            seen.add(thread)
            ahead.extend(lock.owner for lock in self.waiting.get(thread, ()))
        return False

    def _forget_waiting(self, me: int, lock: ModuleLock) -> None:
        locks = self.waiting[me]
        locks.remove(lock)
        if not locks:
            del self.waiting[me]


def _waiting_place(owner: int | None) -> tuple[int, int] | None:
    """Return where in ``threading`` the thread *owner* is (a frame and an instruction), None when it is elsewhere."""
    threading = sys.modules.get("threading")
    frame = None if owner is None else sys._current_frames().get(owner)
    if threading is None or frame is None or frame.f_globals is not threading.__dict__:
        return None
    return id(frame), frame.f_lasti


def _joins(owner: int | None, me: int) -> bool:
    """Tell whether the thread *owner* is inside ``Thread.join`` of the thread *me*."""
    threading = sys.modules.get("threading")
    if threading is None or owner is None:
        return False
    join = threading.Thread.join.__code__
    frame: FrameType | None = sys._current_frames().get(owner)
    # Below join there are only threading's own helpers: whatever else is on top shows that the join is not waiting.
    while frame is not None and frame.f_globals is threading.__dict__:
        if frame.f_code is join:
            waited = frame.f_locals
            return bool(waited["self"].ident == me and waited["timeout"] is None)
        frame = frame.f_back
    return False
