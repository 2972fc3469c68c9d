"""Packs: what a start imports, in one file that is read at once; docs/reference/pack.md describes the file."""
