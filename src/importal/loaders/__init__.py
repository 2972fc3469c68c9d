"""Loaders: each turns a spec into an executed module."""
