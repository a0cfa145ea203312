"""What rendering needs to know about the school itself."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class SchoolFacts:
    """``phone`` as people write it; ``language`` a BCP 47 tag, ``reply_to`` a mailbox that reads answers.

    ``pages`` is the web address, with its closing slash, under which the public copies stand that the
    channel ``pages_on`` writes; empty where there are none. ``public_url`` is where the web listener is
    reached from outside, and ``secret`` signs links to it; both empty where it has no such links.
    """

    name: str
    phone: str
    website: str
    timezone: ZoneInfo
    language: str = "en"
    reply_to: str = ""
    pages: str = ""
    pages_on: str = ""
    public_url: str = ""
    secret: bytes = field(default=b"", repr=False)

    @property
    def host(self) -> str:
        """The host of the website, without ``www.``; empty where there is no website."""
        if not self.website:
            return ""
        address = self.website if "//" in self.website else f"//{self.website}"
        return (urlsplit(address).hostname or "").removeprefix("www.")

    @property
    def link(self) -> str:
        """The website as something to follow."""
        return self.website if "//" in self.website or not self.website else f"https://{self.website}"
