"""Run a main program of the corpus under a private import system: `python private_driver.py main.py`."""

import os
import sys

with open(os.environ["DIFFERENTIAL_PRELUDE"], encoding="utf-8") as file:
    prelude = {"__name__": "<prelude>"}
    exec(compile(file.read(), "<prelude>", "exec"), prelude)

from importal import ImportState, ImportSystem

state = ImportState(path=[prelude["DIR"]])
prelude["start"](state)
system = ImportSystem(state)
system.run_path(os.path.abspath(sys.argv[1]), init_globals=prelude["given"](system), run_name="__main__")
