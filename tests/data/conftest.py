"""Hypothesis tries the same examples each time, and does not mind a slow first import."""

from hypothesis import settings

settings.register_profile("data", derandomize=True, deadline=None)
settings.load_profile("data")
