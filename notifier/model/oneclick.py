"""The word in a newsletter's link to unsubscribe (RFC 8058): it names one adult, and only the school can tell whom.

It is a signature alone, made with the secret of ``[http] secret_file``: nothing can be read out of it, and it means
nothing to a school with another secret. It does not expire: a newsletter may be found again after years.
"""

import hmac
from collections.abc import Iterable
from functools import lru_cache

PATH = "/unsubscribe/"
_PURPOSE = b"unsubscribe from newsletters\0"
_SHOWN = 24
"""Characters by which a word is looked up; the others are what has to be right, and are compared in constant time."""


def token(secret: bytes, contact_id: str) -> str:
    """64 hexadecimal digits. The purpose is part of it: no other link's word will do here."""
    signed = _begun(secret).copy()
    signed.update(contact_id.encode())
    return signed.hexdigest()


@lru_cache(maxsize=1)
def _begun(secret: bytes) -> hmac.HMAC:
    """Up to where words differ: a newsletter has thousands of them under one secret."""
    return hmac.new(secret, _PURPOSE, "sha256")


class Tokens:
    """Everybody's words, by which one that comes back is known."""

    def __init__(self, secret: bytes, contact_ids: Iterable[str]) -> None:
        made = ((token(secret, one), one) for one in contact_ids)
        self._known = {word[:_SHOWN]: (word[_SHOWN:].encode(), contact_id) for word, contact_id in made}

    def whose(self, word: str) -> str:
        """The adult's id; empty for a word that was never made here."""
        rest, contact_id = self._known.get(word[:_SHOWN], (b"", ""))
        return contact_id if hmac.compare_digest(rest, word[_SHOWN:].encode()) else ""
