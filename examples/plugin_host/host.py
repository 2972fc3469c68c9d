"""A plugin host: an HTTP server whose plugins need different versions of one package.

Each plugin is a folder with a module ``plugin.py`` and a folder ``packages`` of what it requires. It is loaded into a
realm of its own, can be replaced by a newer one while the server answers, and is unloaded without a trace.

    python examples/plugin_host/host.py [FOLDER]

FOLDER is made with three small plugins if it is not there, and what happens is printed.
"""

from __future__ import annotations

import sys
import tempfile
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from typing import Self

from importal import Realm

_number = count(1).__next__


class Plugin:
    """One plugin in use: its realm, and the function that answers requests."""

    def __init__(self, folder: Path) -> None:
        self.name = folder.name
        # A name of its own for each time it is loaded: an old realm may still answer while the new one is made.
        self.realm = Realm(f"{folder.name}_{_number()}", [folder, folder / "packages"])
        try:
            self.answer = self.realm.import_module("plugin").answer
        except BaseException:
            self.realm.unload()
            raise


class Host:
    """The plugins by name, and the server that hands requests to them."""

    def __init__(self) -> None:
        self._plugins: dict[str, Plugin] = {}
        self._one_at_a_time = threading.Lock()
        host = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                plugin = host._plugins.get(self.path.strip("/"))
                text = "no such plugin" if plugin is None else plugin.answer()
                self.send_response(404 if plugin is None else 200)
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        for name in list(self._plugins):
            self.unload(name)

    def load(self, folder: Path) -> None:
        """Load the plugin in *folder*, or load it anew: the old one answers until the new one is ready."""
        with self._one_at_a_time:
            new = Plugin(folder)
            old = self._plugins.get(new.name)
            self._plugins[new.name] = new
            if old is not None:
                _forget(old)

    def unload(self, name: str) -> None:
        """Take the plugin *name* out of the process."""
        with self._one_at_a_time:
            _forget(self._plugins.pop(name))


def _forget(plugin: Plugin) -> None:
    del plugin.answer
    for module, why in plugin.realm.unload():
        print(f"  {module} stays: {why}")


PAINT_ONE = "version = 1\n\n\ndef paint(text, colour):\n    return f'{colour} {text}'\n"
PAINT_TWO = "'''Paints with ink.'''\n\nversion = 2\n\n\ndef paint(*, text, ink):\n    return f'{text} in {ink}'\n"
USES_ONE = "import paint\n\n\ndef answer():\n    return paint.paint(%r, %r) + f' (paint {paint.version})'\n"
USES_TWO = "import paint\n\n\ndef answer():\n    return paint.paint(text=%r, ink=%r) + f' (paint {paint.version})'\n"


def write_plugins(folder: Path) -> None:
    """Write three plugins: two need version 1 of the package ``paint``, one needs version 2, which works otherwise."""
    for name, package, module in [
        ("doors", PAINT_ONE, USES_ONE % ("door", "red")),
        ("walls", PAINT_ONE, USES_ONE % ("wall", "white")),
        ("fences", PAINT_TWO, USES_TWO % ("fence", "green")),
    ]:
        (folder / name / "packages").mkdir(parents=True)
        (folder / name / "packages" / "paint.py").write_text(package, encoding="utf-8")
        (folder / name / "plugin.py").write_text(module, encoding="utf-8")


def main(folder: Path) -> None:
    if not folder.exists():
        write_plugins(folder)
    with Host() as host:

        def ask(name: str) -> str:
            with urllib.request.urlopen(f"{host.address}/{name}") as answer:
                return answer.read().decode()

        for plugin in sorted(folder.iterdir()):
            host.load(plugin)
            print(f"{plugin.name}: {ask(plugin.name)}")
        # walls moves to the new paint, while the others go on with theirs.
        (folder / "walls" / "packages" / "paint.py").write_text(PAINT_TWO, encoding="utf-8")
        (folder / "walls" / "plugin.py").write_text(USES_TWO % ("wall", "blue"), encoding="utf-8")
        host.load(folder / "walls")
        print(f"updated walls: {ask('walls')}; doors: {ask('doors')}")
        host.unload("doors")
        left = [name for name in sys.modules if name.startswith("doors_")]
        print(f"unloaded doors: {len(left)} of its modules are left")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            main(Path(place) / "plugins")
