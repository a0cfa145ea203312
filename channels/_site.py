"""The website's page for a message, and the list of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from urllib.parse import quote

from babel.dates import format_date

from channels import _markup
from channels.base import Surroundings
from notifier.model.message import Enclosure


@dataclass(frozen=True, slots=True)
class Entry:
    """One page as the list and the feed know it. ``name`` is its file, the same in every target."""

    item: str
    name: str
    title: str
    summary: str
    language: str
    published: datetime
    take_down: date | None = None
    drill: bool = False
    kind: str = ""
    calendar_words: str = ""
    """How the event's calendar file is offered; empty where there is none."""
    place: str = ""
    former: tuple[str, ...] = ()
    """The files of what stood in this place before: who has that address reads what holds now."""

    @property
    def files(self) -> tuple[str, ...]:
        return (self.name, self.calendar_name, *self.former)

    @property
    def calendar_name(self) -> str:
        return self.name.removesuffix(".html") + ".ics"


def page(
    surroundings: Surroundings,
    entry: Entry,
    html: str,
    enclosures: Sequence[Enclosure],
    names: Mapping[str, str],
    url: str,
) -> bytes:
    html = _markup.fragment(html)
    attached = _markup.files(html, enclosures)
    for one in enclosures:
        html = html.replace(f"cid:{one.attachment.digest}", names[one.attachment.digest])
    links = "".join(
        f'<li><a href="{escape(names[one.attachment.digest])}"><bdi>{escape(one.attachment.name)}</bdi></a></li>'
        for one in attached
    )
    moment = entry.published.isoformat(timespec="seconds")
    body = (
        f'<header class="site"><a href="index.html"><bdi>{escape(surroundings.school)}</bdi></a></header>\n'
        f'<main>\n<h1>{escape(entry.title)}</h1>\n<p class="date"><time datetime="{moment}">'
        f"{escape(_day(entry.published, entry.language))}</time></p>\n{html}\n"
        + _calendar_link(entry)
        + (f'<ul class="files">{links}</ul>\n' if links else "")
        + "</main>"
    )
    head = f'<link rel="canonical" href="{escape(url + quote(entry.name))}">\n' + _feed_link(surroundings.school)
    trial = surroundings.trial
    return _markup.page(
        entry.title, body, sheet="website", language=entry.language, trial=trial, drill=entry.drill, head=head
    )


def _calendar_link(entry: Entry) -> str:
    if not entry.calendar_words:
        return ""
    return (
        f'<p class="calendar"><a href="{escape(quote(entry.calendar_name))}" type="text/calendar">'
        f"{escape(entry.calendar_words)}</a></p>\n"
    )


def urgent(entries: Sequence[Entry], today: date) -> list[Entry]:
    """Emergencies that still hold, the newest first."""
    return [one for one in entries if one.kind == "emergency" and (one.take_down is None or one.take_down >= today)]


def banner(surroundings: Surroundings, entries: Sequence[Entry], today: date, url: str = "") -> str:
    """What stands above everything while an emergency holds; empty otherwise. ``url`` for pages elsewhere."""
    parts = []
    for entry in urgent(entries, today):
        words = f'lang="{escape(entry.language or "en")}" dir="{_markup.direction(entry.language)}"'
        mark = f"{_markup.TRIAL}: " if surroundings.trial else ""
        parts.append(
            f'<div class="banner" role="alert" {words}><strong>{mark}'
            f'<a href="{escape(url + quote(entry.name))}">{escape(entry.title)}</a></strong> '
            f"<span>{escape(entry.summary)}</span></div>\n"
        )
    return "".join(parts)


def listing(surroundings: Surroundings, entries: Sequence[Entry], today: date) -> bytes:
    parts = [f'<header class="site"><bdi>{escape(surroundings.school)}</bdi></header>\n<main>\n<h1>News</h1>']
    parts.append(banner(surroundings, entries, today))
    month = ""
    for entry in entries:
        named = format_date(entry.published, "MMMM y", locale="en_GB")
        if named != month:
            parts.append(("</ul>\n" if month else "") + f'<h2>{escape(named)}</h2>\n<ul class="news">')
            month = named
        words = f'lang="{escape(entry.language or "en")}" dir="{_markup.direction(entry.language)}"'
        summary = f"<p {words}>{escape(entry.summary)}</p>" if entry.summary else ""
        parts.append(
            f'<li><a href="{escape(quote(entry.name))}" {words}>{escape(entry.title)}</a> '
            f'<time datetime="{entry.published.date().isoformat()}">{escape(_day(entry.published, "en"))}</time>'
            f"{summary}</li>"
        )
    parts.append("</ul>" if entries else "<p>There is no news yet.</p>")
    feeds = '<a href="feed.xml">Follow the news (Atom feed)</a> · <a href="feed.json">JSON feed</a>'
    parts.append(f'<p class="feed">{feeds}</p>\n</main>')
    head = _feed_link(surroundings.school)
    title = f"News from {surroundings.school}"
    return _markup.page(title, "\n".join(parts), sheet="website", trial=surroundings.trial, head=head)


def _feed_link(school: str) -> str:
    return (
        f'<link rel="alternate" type="application/atom+xml" title="{escape(school)}" href="feed.xml">\n'
        f'<link rel="alternate" type="application/feed+json" title="{escape(school)}" href="feed.json">\n'
    )


def _day(moment: datetime, language: str) -> str:
    locale = _markup.locale(language)
    return format_date(moment.date(), "long", locale="en_GB" if locale.language == "en" else locale)
