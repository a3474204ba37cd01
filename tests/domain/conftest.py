"""Hypothesis without its clock: a slow example on a busy machine is no defect."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("no-deadline", deadline=None)
settings.load_profile("no-deadline")
