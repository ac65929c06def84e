"""``--hypothesis-profile=thorough`` tries ten thousand cases of each property instead of a hundred."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("thorough", max_examples=10_000, deadline=None)
