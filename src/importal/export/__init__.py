"""Renderings of the record of a program's imports, one file for each form."""
