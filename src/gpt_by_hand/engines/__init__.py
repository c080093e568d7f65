"""Engines run a program: numbers in, numbers out, nothing printed."""
