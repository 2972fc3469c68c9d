"""``python -m importal``: the command line."""

import os
import sys

# python -m puts the current folder first. A json.py there is the program's, and not what the command line imports: let
# the entry be what it is for the command importal, until a command puts the program's own in its place.
if not sys.flags.safe_path:
    sys.path[0] = os.path.dirname(sys.executable)

from importal.cli import end, main

# Nothing is named or looked up after this: it is the program's module by then.
end(main())
