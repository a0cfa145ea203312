"""How many parts a text message takes (SCHOOL 23, LIBRARIES R12). Pure."""

from dataclasses import dataclass

GSM = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = "^{}\\[~]|€\f"

_WEIGHT = dict.fromkeys(GSM, 1) | dict.fromkeys(EXTENDED, 2)

_PLAIN = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "‚": "'",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "−": "-",
        "…": "...",
        "•": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "\t": " ",
        "\u200b": "",
        "\u00ad": "",
    }
)


@dataclass(frozen=True, slots=True)
class Segments:
    """``encoding`` is ``GSM-7`` or ``UCS-2``."""

    encoding: str
    count: int


def is_gsm(text: str) -> bool:
    return all(letter in _WEIGHT for letter in text)


def economical(text: str) -> str:
    """The same words with plain quotes and dashes, where that alone saves the text from UCS-2; else unchanged."""
    plain = text.translate(_PLAIN)
    return plain if is_gsm(plain) else text


def count(text: str) -> Segments:
    """160 GSM characters, then 153 each; otherwise 70, then 67. An escape or surrogate pair is never split."""
    if is_gsm(text):
        encoding, single, many = "GSM-7", 160, 153
        weights = [_WEIGHT[letter] for letter in text]
    else:
        encoding, single, many = "UCS-2", 70, 67
        weights = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    if sum(weights) <= single:
        return Segments(encoding, 1)
    parts, used = 1, 0
    for weight in weights:
        if used + weight > many:
            parts, used = parts + 1, 0
        used += weight
    return Segments(encoding, parts)
