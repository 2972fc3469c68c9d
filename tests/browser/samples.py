"""Records for the pages to show: one with something of everything, big ones, deep ones, hostile ones."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

from importal.observe.record import By, Cached, Ended, Import, Record, Startup, Thread

MS = 1_000_000  # nanoseconds
HOSTILE = "</script><script>window.pwned=1</script><!--<script><img src=x onerror=window.pwned=1>&amp;\u2028'\"\\\udcff"


class Lane:
    """One thread's imports as they are made: `enter` and `leave` nest, and each import's time passes in between."""

    def __init__(self, thread: int, first: int = 0) -> None:
        self.thread = thread
        self.now = 0
        self.next = first
        self.open: list[tuple[int, str, int, int, dict[str, Any]]] = []
        self.done: list[Import] = []

    def enter(self, module: str, ms: float, **facts: Any) -> None:
        """Begin an import that takes `ms` itself, before the imports inside."""
        self.open.append((self.next, module, self.now, round(ms * MS), facts))
        self.next += 1
        self.now += round(ms * MS)

    def leave(self) -> None:
        """End the innermost import."""
        number, module, started, own, facts = self.open.pop()
        parent = self.open[-1] if self.open else None
        asking = parent[1] if parent else "__main__"
        plain = {
            "by": By(asking, f"src/{asking}.py", number + 1), "outcome": "loaded", "kind": "local Python module",
            "phases": {"find": own // 4, "execute": own - own // 4}, "origin": f"src/{module}.py",
            "finder": "PathFinder", "loader": "SourceFileLoader", "bytecode": "fresh",
        }  # fmt: skip
        self.done.append(
            Import(
                number,
                parent[0] if parent else None,
                self.thread,
                module,
                started=started,
                total=self.now - started,
                self_time=own,
                **{**plain, **facts},
            )
        )

    def one(self, module: str, ms: float, **facts: Any) -> None:
        """Add an import with nothing inside."""
        self.enter(module, ms, **facts)
        self.leave()


def record(*lanes: Lane, **facts: Any) -> Record:
    """Return the record of these threads; the program's own code takes a millisecond at the end of each."""
    plain = {
        "importal": "0.1.0", "python": {"implementation": "cpython", "version": "3.14.0", "platform": "linux"},
        "target": ("shop.py", "--open"), "date": "2026-01-02T03:04:05+00:00", "ended": Ended(0, complete=True),
    }  # fmt: skip
    threads = [
        Thread(lane.thread, f"worker-{lane.thread}" if lane.thread else "MainThread", 0, lane.now + MS, MS)
        for lane in lanes
    ]
    imports = sorted((one for lane in lanes for one in lane.done), key=lambda one: one.id)
    return Record(**{**plain, "threads": tuple(threads), "imports": tuple(imports), **facts})


def shop() -> Record:
    """Return a record with something of everything, times chosen so that sorting by each column differs."""
    main = Lane(0)
    main.enter("shop", 5)
    main.enter("goods", 20)
    main.one(
        "tea",
        30,
        kind="third party extension module",
        distribution="teapot 1.2",
        phases={"create": 30 * MS},
        loader="ExtensionFileLoader",
    )
    main.one(
        "prices", 10, distribution="teapot 1.2", kind="third party Python module", bytecode="stale", entry="lib/site-packages",
        reason="the source is of another time", kept="written", bytes=1234, gc=5000, searched=("src", "lib/site-packages"),
        calls={"stat": 3, "open": 2}, phases={"find": MS, "read": MS, "compile": 6 * MS, "write": MS, "execute": MS},
    )  # fmt: skip
    main.leave()
    main.one(
        "colour",
        2,
        outcome="failed",
        error="ModuleNotFoundError: No module named 'colour'",
        handled=True,
        kind=None,
        origin=None,
        loader=None,
        finder=None,
        bytecode=None,
        phases={"find": 2 * MS},
    )
    main.leave()
    main.one("json", 7, kind="standard library Python module")
    worker = Lane(1, first=100)
    worker.one("queue", 4, kind="standard library Python module")
    worker.one("json", 3, outcome="found", kind=None, phases={"wait": 3 * MS})
    return record(
        main, worker,
        cached=(Cached("json", By("goods", "src/goods.py", 17), 3), Cached("sys", By("shop", "src/shop.py", 1), 9)),
        startup=(Startup("lib/site-packages/x.pth", 1, "import x", 7 * MS, ("x",)),),
    )  # fmt: skip


def big(count: int = 5000) -> Record:
    """Return a record of `count` imports in eight threads, nested at random."""
    choose = random.Random(1)
    kinds = [
        "standard library Python module",
        "third party Python module",
        "third party extension module",
        "local Python module",
    ]
    lanes = []
    for thread in range(8):
        lane = Lane(thread, first=thread * count)
        for number in range(count // 8):
            while lane.open and choose.random() < 0.45:
                lane.leave()
            lane.enter(
                f"package{number % 40}.module{thread}_{number}", choose.expovariate(5) + 0.01, kind=choose.choice(kinds),
                distribution=f"dist{number % 12} 1.0", searched=tuple(f"/lib/entry{at}" for at in range(5)),
                calls={"stat": 4, "list": 1, "open": 1}, bytes=choose.randrange(90_000),
            )  # fmt: skip
        while lane.open:
            lane.leave()
        lanes.append(lane)
    return record(*lanes)


def deep(count: int = 3000) -> Record:
    """Return a record of imports each inside the one before."""
    lane = Lane(0)
    for number in range(count):
        lane.enter(f"link{number}", 0.1)
    for _ in range(count):
        lane.leave()
    return record(lane)


def hostile() -> Record:
    """Return a record in which every text tries to be markup, a script, or the end of one."""
    lane = Lane(0)
    lane.one(
        HOSTILE, 3, by=By(HOSTILE, HOSTILE, 3), kind=HOSTILE, distribution=HOSTILE, origin=HOSTILE, finder=HOSTILE, loader=HOSTILE,
        reason=HOSTILE, kept=HOSTILE, searched=(HOSTILE,), entry=HOSTILE,
    )  # fmt: skip
    lane.one("bad", 1, outcome="failed", error=HOSTILE, handled=False)
    made = record(lane, target=(HOSTILE,), cached=(Cached(HOSTILE, By(HOSTILE, HOSTILE, 1), 1),))
    threads = tuple(replace(one, name=HOSTILE) for one in made.threads)
    return replace(
        made,
        threads=threads,
        startup=(Startup(HOSTILE, 1, HOSTILE, MS, (HOSTILE,), HOSTILE),),
        ended=Ended(1, True, HOSTILE),
    )


def nothing() -> Record:
    """Return the record of a program that imported nothing and was killed."""
    return record(ended=Ended(-9, complete=False))
