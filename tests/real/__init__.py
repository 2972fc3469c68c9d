"""Real code: the standard library, packages that stress different corners, pytest; under CPython and under importal."""
