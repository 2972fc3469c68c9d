"""What the console script `importal` is: `command.py SOURCES COMMAND ...`, the package taken from SOURCES."""

import sys

sys.path[0] = sys.argv.pop(1)

from importal.cli import main

sys.exit(main())
