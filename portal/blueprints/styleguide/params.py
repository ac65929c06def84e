"""What the address of the living page asks for. Unknown words are passed over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from portal.blueprints.styleguide.pages import TEXTS, THEMES
from portal.core.accents import Accent, AnyAccent


@dataclass(frozen=True, slots=True)
class LookParams:
    """A look: None is what the browser has chosen."""

    theme: str | None
    text: str | None
    accent: AnyAccent
    beside: bool

    @classmethod
    def from_args(cls, args: Mapping[str, str], *, accent: AnyAccent) -> LookParams:
        """Read the address; never raises."""
        theme, text, wanted = (args.get(name, "") for name in ("theme", "text", "accent"))
        return cls(
            theme=theme if theme in THEMES else None,
            text=text if text in TEXTS else None,
            accent=Accent(wanted) if wanted in set(Accent) else accent,
            beside=args.get("beside") == "1",
        )

    @property
    def overrides(self) -> dict[str, str]:
        """What the page is given in place of the browser's choice."""
        chosen = {"theme": self.theme, "text_size": self.text}
        return {name: value for name, value in chosen.items() if value is not None}

    def url(self, **changes: str) -> str:
        """The address of this look with something else in it."""
        here = {"theme": self.theme, "text": self.text, "accent": self.accent.value, **changes}
        return "/styleguide?" + urlencode({name: value for name, value in here.items() if value})
