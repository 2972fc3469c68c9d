"""Run a main program of the corpus under a private import system; see PRIVATE_START in runner.py for how."""

import marshal
import os
import sys

if sys.path[0] == "":
    del sys.path[0]  # the program's directory: only the private state knows it

with open(os.environ["DIFFERENTIAL_PRELUDE"], "rb") as file:
    prelude = {"__name__": "<prelude>"}
    exec(marshal.load(file), prelude)

from importal import ImportState, ImportSystem

state = ImportState(path=[prelude["DIR"]])
prelude["start"](state)
system = ImportSystem(state)
system.run_path(os.path.abspath(sys.argv[1]), init_globals=prelude["given"](system), run_name="__main__")
