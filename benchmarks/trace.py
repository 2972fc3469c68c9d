"""What `importal trace` adds to `importal run` of the same program: time, instructions, system calls.

"recorded" is the traced process alone, which is what the user's program pays; "trace" is all of the command, with the
reading of the journal and the writing of the record. Besides real packages there is a synthetic program of 5,000 small
modules. Instructions of a section are those of the process less those of one that imports nothing.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import _measure as measure
import imports

import importal

PROGRAMS = ("pandas", "django", "sympy", "synthetic")
VARIANTS = ("run", "recorded", "trace")
PACKAGES, MODULES = 50, 99


def write_programs(folder: Path) -> None:
    """Write each program as ``NAME_program.py`` into *folder*, and the modules of the synthetic one."""
    (folder / "nothing_program.py").write_text("")
    for name in ("pandas", "django", "sympy"):
        (folder / f"{name}_program.py").write_text(imports.SETS[name])
    for number in range(PACKAGES):
        package = folder / f"package{number}"
        package.mkdir()
        package.joinpath("__init__.py").write_text("".join(f"from . import m{one}\n" for one in range(MODULES)))
        for one in range(MODULES):
            before = f"from .m{one - 1} import f{one - 1}\n" if one else ""
            text = f"import os, sys\n{before}def f{one}(a, b=1):\n    return a + b\nclass C{one}:\n    value = {one}\n"
            package.joinpath(f"m{one}.py").write_text(text)
    statements = "".join(f"import package{number}\n" for number in range(PACKAGES))
    (folder / "synthetic_program.py").write_text(statements)


def command(variant: str, program: str, folder: Path) -> list[str]:
    """Return the command line; a recorded process appends to a journal that has to be there."""
    target = f"{program}_program.py"
    if variant == "run":
        return [sys.executable, "-m", "importal", "run", target]
    if variant == "trace":
        return [sys.executable, "-m", "importal", "trace", "-o", str(folder / "record.json"), target]
    journal = folder / "journal"
    # A new file each time, as `importal trace` has it: ext4 writes one that was emptied to the disk when it is closed.
    journal.unlink(missing_ok=True)
    journal.touch()
    script = os.path.join(os.path.dirname(importal.__file__), "cli", "beside.py")
    return [sys.executable, script, "recording", str(journal), target]


def timed(variant: str, program: str, folder: Path) -> dict[str, float]:
    """Return the seconds of one run of *program*, on the clock and of the processor."""
    run = measure.Run(command(variant, program, folder), folder)
    return {"wall": run.wall, "cpu": run.cpu}


def time_programs(names: list[str], rounds: int, folder: Path) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        f"Time, to importal run: median of {rounds} paired rounds (lowest-highest)",
        ["program", "run s", "recorded", "recorded cpu", "trace", "trace cpu"],
    )
    figures: dict[str, object] = {}
    for name in names:
        runs = {variant: lambda variant=variant: timed(variant, name, folder) for variant in VARIANTS}  # noqa: B023
        results = measure.interleave(runs, rounds)
        ratios = {
            f"{variant} {part}": measure.Ratio(results["run"][part], results[variant][part])
            for variant in VARIANTS[1:]
            for part in ("wall", "cpu")
        }
        seconds = measure.statistics.median(results["run"]["wall"])
        table.add(name, f"{seconds:.3f}", *ratios.values())
        figures[name] = {"results": results, "ratios": {part: vars(ratio) for part, ratio in ratios.items()}}
    return table, figures


def count_instructions(names: list[str], folder: Path) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        "Instructions in millions; section: less a process that imports nothing",
        ["program", "run", "recorded", "section", "process"],
    )
    pair = VARIANTS[:2]
    empty = {variant: measure.instructions(command(variant, "nothing", folder), folder) for variant in pair}
    table.add("(nothing)", *(f"{empty[variant] / 1e6:.1f}" for variant in pair), None, None)
    figures: dict[str, object] = {"nothing": empty}
    for name in names:
        whole = {variant: measure.instructions(command(variant, name, folder), folder) for variant in pair}
        section = {variant: whole[variant] - empty[variant] for variant in pair}
        ratios = [part["recorded"] / part["run"] for part in (section, whole)]
        millions = (f"{section[variant] / 1e6:.1f}" for variant in pair)
        table.add(name, *millions, *(f"{ratio:.4f}" for ratio in ratios))
        figures[name] = {"process": whole, "section": section, "section ratio": ratios[0], "process ratio": ratios[1]}
    return table, figures


def count_calls(names: list[str], folder: Path) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table("System calls of the process", ["program", "run", "recorded", "of these: write"])
    figures: dict[str, object] = {}
    for name in names:
        calls = {variant: measure.system_calls(command(variant, name, folder), folder) for variant in VARIANTS[:2]}
        table.add(name, *(sum(one.values()) for one in calls.values()), calls["recorded"]["write"])
        figures[name] = calls
    return table, figures


def main() -> None:
    parser = measure.parser(__doc__ or "", rounds=11)
    parser.add_argument("programs", nargs="*", help=f"which programs, of: {', '.join(PROGRAMS)} (all)")
    options = parser.parse_args()
    unknown = set(options.programs) - set(PROGRAMS)
    if unknown:
        parser.error(f"no program {', '.join(sorted(unknown))}; there are {', '.join(PROGRAMS)}")
    names = options.programs or list(PROGRAMS)
    tables, figures = [], {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_programs(folder)
        for program in names:
            for variant in VARIANTS:
                timed(variant, program, folder)
        if not options.no_count:
            if measure.available("valgrind", "instructions are"):
                table, figures["instructions"] = count_instructions(names, folder)
                tables.append(table)
            if measure.available("strace", "system calls are"):
                table, figures["calls"] = count_calls(names, folder)
                tables.append(table)
        if options.rounds:
            table, figures["time"] = time_programs(names, options.rounds, folder)
            tables.append(table)
    measure.show("trace", tables, figures, options.json)


if __name__ == "__main__":
    main()
