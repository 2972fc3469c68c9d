"""Time import statements that find their module in the table, and ones that do not, under CPython and importal.

Each statement runs many times in a process of its own, CPython and importal in turn. Instructions are those of one
execution: those of the process less those of one that executes the statement a single time.
"""

from __future__ import annotations

import sys

import _measure as measure

# Statement, what has to run once before it (in the same function, so that names are found as in a real one).
STATEMENTS = {
    "import json": "import json",
    "import xml.dom.minidom": "import xml.dom.minidom",
    "import xml.dom.minidom as m": "import xml.dom.minidom as m",
    "from json import loads": "from json import loads",
    "from json import loads, dumps, load": "from json import loads",
    "from json import decoder": "from json import decoder",
    "from xml.dom import minidom": "from xml.dom import minidom",
    "from . import decoder": "import json",
    "from .decoder import JSONDecoder": "import json",
    "from string import capwords": "from string import capwords",
    "import_module('json.decoder')": "from importlib import import_module; import json",
    "import_module('.decoder', 'json')": "from importlib import import_module; import json",
    "__import__('json')": "import json",
    "__import__('json', fromlist=['decoder'])": "import json",
    "import no_such_module": "pass",
    "from json import no_such_name": "import json",
    "from json.decoder import no_such_name": "import json.decoder",
}
FAILING = "no_such"

_CHILD = """
import sys
from time import perf_counter_ns
variant, loops, statement, first = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
if variant == "importal":
    from importal import ImportSystem
    ImportSystem.host().install()
body = "try:\\n            " + statement + "\\n        except ImportError: pass" if "no_such" in statement else statement
text = f'''
def run(loops):
    {first}
    for _ in loops:
        {body}
'''
# Relative imports count from the package this namespace says it belongs to.
namespace = {"__name__": "json.user", "__package__": "json"}
exec(text, namespace)
run = namespace["run"]
run(range(1))
start = perf_counter_ns()
run(range(loops))
print((perf_counter_ns() - start) / loops)
"""


def command(variant: str, statement: str, loops: int) -> list[str]:
    return [sys.executable, "-c", _CHILD, variant, str(loops), statement, STATEMENTS[statement]]


def loops(statement: str) -> int:
    return 3_000 if FAILING in statement else 200_000


def time_statements(statements: list[str], rounds: int) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        f"Nanoseconds for one execution: medians of {rounds} paired rounds, and of their ratios (lowest-highest)",
        ["statement", "CPython", "importal", "ratio", "added ns"],
    )
    figures: dict[str, object] = {}
    for statement in statements:

        def timed(variant: str, statement: str = statement) -> dict[str, float]:
            return {"ns": float(measure.Run(command(variant, statement, loops(statement))).stdout)}

        runs = {variant: lambda variant=variant, timed=timed: timed(variant) for variant in measure.VARIANTS}
        results = measure.interleave(runs, rounds)
        base, other = (results[variant]["ns"] for variant in measure.VARIANTS)
        ratio, added = measure.Ratio(base, other), measure.Difference(base, other)
        medians = [measure.statistics.median(values) for values in (base, other)]
        table.add(statement, *(f"{median:.1f}" for median in medians), ratio, f"{added.median:+.1f}")
        figures[statement] = {"results": results, "ratio": vars(ratio), "added ns": vars(added)}
    return table, figures


# Instructions are the mean over some seeds of the hashes: by which names collide, one alone favours this or that variant.
SEEDS = 6


def count_instructions(statements: list[str], seeds: int) -> tuple[measure.Table, dict[str, object]]:
    title = f"Instructions for one execution, the mean over {seeds} seeds"
    table = measure.Table(title, ["statement", "CPython", "importal", "ratio"])
    figures: dict[str, object] = {}
    for statement in statements:
        many = 300 if FAILING in statement else 20_000
        each = {}
        for variant in measure.VARIANTS:
            whole, base = (
                sum(measure.instructions(command(variant, statement, count), seed=seed) for seed in range(1, seeds + 1))
                for count in (1 + many, 1)
            )
            each[variant] = (whole - base) / many / seeds
        ratio = each["importal"] / each["cpython"]
        table.add(statement, *(f"{each[variant]:.0f}" for variant in measure.VARIANTS), f"{ratio:.3f}")
        figures[statement] = {**each, "ratio": ratio}
    return table, figures


def main() -> None:
    parser = measure.parser(__doc__ or "", rounds=15)
    parser.add_argument("--only", metavar="TEXT", help="only statements that contain TEXT")
    parser.add_argument("--seeds", metavar="N", type=int, default=SEEDS, help=f"count over N seeds (default {SEEDS})")
    options = parser.parse_args()
    statements = [statement for statement in STATEMENTS if not options.only or options.only in statement]
    tables, figures = [], {}
    if not options.no_count and measure.available("valgrind", "instructions are"):
        table, figures["instructions"] = count_instructions(statements, options.seeds)
        tables.append(table)
    if options.rounds:
        table, figures["time"] = time_statements(statements, options.rounds)
        tables.append(table)
    measure.show("statements", tables, figures, options.json)


if __name__ == "__main__":
    main()
