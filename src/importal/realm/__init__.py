"""Realms: several versions of a package in one process; docs/guide/realms.md."""
