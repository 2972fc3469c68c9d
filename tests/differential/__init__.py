"""The differential corpus: small programs run under CPython's import and under importal, and compared."""
