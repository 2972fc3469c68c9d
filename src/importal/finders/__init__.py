"""Finders: each answers for a name with a spec, or None."""
