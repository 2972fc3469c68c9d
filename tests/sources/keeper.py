"""Run a server until its owner lets go of it: `keeper.py '{"command": [...], ...}'`, started by servers.py.

The owner holds the other end of standard input. When it says "stop", or when it is gone (killed, say, so that it could
not clean up), the server is ended. In the second case nobody else will remove the server's folder: that is done here.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import threading

#: Seconds that a server has to end when it is asked to.
PATIENCE = 10


def main() -> int:
    """Return the server's exit status; a signal's number counts from 128, as in a shell."""
    asked = json.loads(sys.argv[1])
    account = {"user": asked["user"], "group": asked["group"], "extra_groups": []} if asked["user"] else {}
    server = subprocess.Popen(asked["command"], cwd=asked["folder"], stdin=subprocess.DEVNULL, **account)
    orphaned = threading.Event()

    def listen() -> None:
        if sys.stdin.readline() != "stop\n":
            orphaned.set()
        server.send_signal(asked["signal"])
        try:
            server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()

    threading.Thread(target=listen, daemon=True).start()
    status = server.wait()
    # A server that ended by itself may have an owner that is still there: only a folder without one is removed.
    if orphaned.is_set() and asked["remove"]:
        shutil.rmtree(asked["folder"], ignore_errors=True)
    return 128 - status if status < 0 else status


if __name__ == "__main__":
    sys.exit(main())
