"""``importal explain``: for one name, the journey step by step."""

from __future__ import annotations

import argparse

# These are what explaining needs, imported while the program's folder, which may hide them, is not yet on the path.
import difflib  # noqa: F401
import importlib.metadata  # noqa: F401
import json
import pkgutil  # noqa: F401
import sys
import sysconfig  # noqa: F401
import time

from ..observe.explain import Explanation, Recorder, explain
from . import loaded_here
from .places import add_path, system_here
from .table import print_table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..standard import ImportSystem

__all__ = ["main"]

# What these steps say stands under the step before them.
_INDENTED = {"entry"}


def main(arguments: list[str]) -> int:
    """Print the journey of one name. Returns 0, 1 when it cannot be found, 2 for a name that cannot be asked for."""
    parser = argparse.ArgumentParser(
        prog="importal explain",
        description="Show where a name would be imported from, step by step, and why. Nothing is executed.",
        epilog="exit status: 0 found, 1 not found (or failed under --run), 2 not a name",
    )
    parser.add_argument("name", metavar="NAME", help="a module's name; with leading dots relative to --from")
    parser.add_argument("--from", dest="package", metavar="MODULE", help="the module in which the statement stands")
    parser.add_argument("--realm", metavar="NAME=PATH", action="append", default=[],
                        help="what the name means in a realm with this path entry; may be repeated")  # fmt: skip
    add_path(parser.add_argument)
    parser.add_argument("--json", action="store_true", help="print the steps as JSON")
    parser.add_argument("--run", action="store_true", help="then import the module and show what happened")
    options = parser.parse_args(arguments)
    first = sys.path[0]
    system = system_here(options.path)
    try:
        name = _in_realm(options.name, options.realm)
        explanation = explain(system, name, _package_of(system, options.package), _ignored(system))
        ran = _run(system, explanation) if options.run and explanation.spec is not None else None
    except (ImportError, TypeError, ValueError) as error:
        print(f"importal explain: {options.name!r}: {error}", file=sys.stderr)
        return 2
    finally:
        sys.path[0] = first
    if options.json:
        document = explanation.to_json()
        if ran is not None:
            document["run"] = ran
        print(json.dumps(document, indent=2, default=str))
    else:
        print_table(explanation.name, _rows(explanation, ran))
    return 0 if explanation.spec is not None and not (ran and ran["error"]) else 1


def _in_realm(name: str, realms: list[str]) -> str:
    """Return the full name of what *name* means in the realm that the options describe; *name* where there is none."""
    if not realms:
        return name
    from ..realm.realm import Realm

    told = [one.partition("=") for one in realms]
    if len({realm for realm, _, _ in told}) > 1 or not all(path for _, _, path in told):
        raise ValueError("--realm: name one realm, with each of its path entries as NAME=PATH")
    return Realm(told[0][0], [path for _, _, path in told]).names[name][0]


def _ignored(system: ImportSystem) -> frozenset[str]:
    """Return the modules that are there only because of this command; a realm's are not among them."""
    return frozenset(name for name in loaded_here() if name.partition(".")[0] not in system.realms)


def _package_of(system: ImportSystem, module: str | None) -> str | None:
    """Return the package that relative names in *module* count from: itself, if it is a package."""
    if module is None:
        return None
    found = explain(system, module).spec
    if found is None:
        raise ImportError(f"--from {module}: there is no such module; ask importal explain {module}")
    return found.parent


def _run(system: ImportSystem, explanation: Explanation) -> dict[str, object]:
    recorder = Recorder()
    undo = system.events.observe(recorder)
    started = time.perf_counter()
    failure = None
    try:
        system.import_module(explanation.name)
    except Exception as error:  # noqa: BLE001, whatever the module's code raises is what the user asked to see
        failure = f"{type(error).__name__}: {error}"
    finally:
        undo()
    seconds = time.perf_counter() - started
    loaded = [event.name for event in recorder.events if (event.step, event.outcome) == ("execute", "finished")]
    return {"seconds": seconds, "executed": loaded, "error": failure}


def _rows(explanation: Explanation, ran: dict[str, object] | None) -> Iterator[tuple[str, str]]:
    for step in explanation.steps:
        yield ("", f"- {step.decided}") if step.name in _INDENTED else (step.name, step.decided)
    if ran is not None:
        executed = ran["executed"]
        assert isinstance(executed, list)
        outcome = f"failed: {ran['error']}" if ran["error"] else "imported"
        yield "run", f"{outcome} in {ran['seconds']:.4f} s; executed {len(executed)}: {', '.join(executed)}"
