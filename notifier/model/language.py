"""Languages by their tags (BCP 47)."""

from functools import lru_cache


@lru_cache(maxsize=512)
def base(language: str) -> str:
    """The language without its variety: ``ur-PK`` -> ``ur``; empty stays empty."""
    return language.replace("_", "-").split("-")[0].strip().lower()
