"""Why something lying in a drop folder is no message, in words that say what to do."""

from notifier.intake.bundle import Bundle
from notifier.intake.names import KNOWN_KINDS, is_report, language_name, shown, split_language, suffix
from notifier.intake.parcels import Parcel, Sort
from notifier.model.problem import Problem, error


def why_not(parcel: Parcel, bundle: Bundle) -> Problem:
    name = shown(parcel.main)
    content = bundle.content(parcel.main) if parcel.main in bundle.lying else b""
    if isinstance(content, Problem):
        return content
    if parcel.rivals:
        others = ", ".join(shown(rival) for rival in parcel.rivals)
        return error(
            "message-twice",
            f"{name} and {others} have the same name, so I cannot tell which is the message. "
            "Keep one; to attach the other, give it another name and write it at “Attach”.",
            name,
        )
    if parcel.sort is Sort.TRANSLATION:
        front, language = split_language(parcel.main)
        called = language_name(language) or language
        return error(
            "translation-alone",
            f"{name} is the {called} translation of “{shown(front)}”, but that message does not lie beside it. "
            f"Drop both together; if the message is in {called} alone, call it {shown(front)}{suffix(name)} and write "
            f"“Language: {language}” in its header.",
            name,
        )
    if suffix(name) in {".doc", ".docm", ".dotx", ".odt", ".rtf", ".pages"}:
        return error("file-kind", f"I cannot read {name}. Open it and save it as a Word document (.docx).", name)
    if suffix(name) == ".msg":
        return error("file-kind", f"I cannot read {name}. In Outlook choose “Save as” and the type .eml.", name)
    if is_report(name):
        return error(
            "report-alone",
            f"{name} is named like one child's report. Put it into a folder: then it goes to that child's family and "
            "to nobody else. If it is for all, give it another name.",
            name,
        )
    if suffix(name) in {".zip", ".rar", ".7z", ".gz", ".tar"}:
        return error(
            "file-kind",
            f"{name} is a packed file. Unpack it, and put what is in it into a folder together with the message.",
            name,
        )
    return error(
        "file-kind",
        f"{name} is no message. A message is {KNOWN_KINDS}; a PDF may go alone. To send this file along with one, "
        f"put both into a folder, or write “Attach: {name}” in the message's header.",
        name,
    )
