"""``python -m importal``: the command line."""

import sys

from importal.cli import main

sys.exit(main())
