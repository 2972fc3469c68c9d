"""Run a main program of the corpus under a private import system: `python private_driver.py main.py`."""

import os
import sys

with open(os.environ["DIFFERENTIAL_PRELUDE"], encoding="utf-8") as file:
    prelude = {"__name__": "<prelude>"}
    exec(compile(file.read(), "<prelude>", "exec"), prelude)

from importal import ImportState, ImportSystem  # noqa: E402 - the prelude comes first in every mode

state = ImportState(path=[prelude["DIR"]])
system = ImportSystem(state)
prelude["start"](state, prelude["Systems"](system))
system.run_path(os.path.abspath(sys.argv[1]), init_globals=prelude["given"](), run_name="__main__")
