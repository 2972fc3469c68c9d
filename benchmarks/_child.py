"""One measured process: ``_child.py (cpython | importal) CODE`` executes CODE, under importal or not.

Prints ``wall`` and ``cpu`` (seconds that CODE took, without the start) and ``modules`` (how many it has loaded), as JSON.
"""

import sys
from time import perf_counter_ns, process_time_ns

variant, text = sys.argv[1:]
code = compile(text, "<set>", "exec")
if variant == "importal":
    import importal._start

    importal._start.start(importal._start.__file__.rpartition("importal")[0])  # as `importal enable` has it
try:
    import _no_such_module  # the first import to miss the table: with this importal has been loaded
except ImportError:
    pass
before = len(sys.modules)
wall, cpu = perf_counter_ns(), process_time_ns()
exec(code, {"__name__": "__main__"})
wall, cpu = perf_counter_ns() - wall, process_time_ns() - cpu
print(f'{{"wall": {wall / 1e9}, "cpu": {cpu / 1e9}, "modules": {len(sys.modules) - before}}}')
