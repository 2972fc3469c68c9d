"""Two threads import werkzeug and flask, which imports werkzeug: CPython up to 3.13 shows one of them a half module."""

report(outcomes=together(importing("werkzeug"), importing("flask")), incomplete=incomplete())
