"""One reader per sort of document; each makes a Draft of its bytes and never raises on bad content."""

from collections.abc import Callable, Mapping

from notifier.intake.documents import mail, markdown, pdf, word
from notifier.intake.documents.draft import Draft

READERS: Mapping[str, Callable[[bytes, str], Draft]] = {
    ".md": markdown.read,
    ".txt": markdown.read,
    ".docx": word.read,
    ".eml": mail.read,
    ".pdf": pdf.read,
}
