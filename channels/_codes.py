"""Codes that a telephone's camera reads: the way from paper to the public copy."""

import io
from pathlib import Path

import segno

from channels import _files


def write(folder: Path, address: str) -> str:
    """Put the code there as a picture; its name from ``folder``."""
    name = file_name(address)
    picture = io.BytesIO()
    segno.make(address, error="m").save(picture, kind="svg", border=2)
    _files.write(folder / name, picture.getvalue())
    return name


def file_name(address: str) -> str:
    return f"codes/{_files.stem(address.rstrip('/').rpartition('/')[2].removesuffix('.html') or 'code')}.svg"


def shown(address: str) -> str:
    """The address as people write it."""
    return address.removeprefix("https://").removeprefix("http://").rstrip("/")
