"""Three threads import urllib3 1.26, http.client and click: CPython hangs.

urllib3 has an import hook of its own (a copy of six), which imports while the interpreter holds a lock on its behalf.
"""

outcomes = together(importing("urllib3"), importing("http.client"), importing("click"))
report(outcomes=outcomes, incomplete=incomplete())
