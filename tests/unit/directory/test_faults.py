import re
from pathlib import Path

from notifier import directory
from notifier.directory.faults import FAULTS

ROOM = Path(directory.__file__).parent
SOURCES = {path.name: path.read_text() for path in ROOM.glob("*.py") if path.name != "faults.py"}


def test_every_fault_in_the_table_is_found_by_the_code() -> None:
    assert len(SOURCES) > 10
    code = "\n".join(SOURCES.values())
    assert [id for id in FAULTS if f'"{id}"' not in code] == []


def test_every_id_in_the_code_is_in_the_table() -> None:
    code = "\n".join(SOURCES.values())
    used = set(
        re.findall(r'(?:fault|report|advise|BadAddress|_unread)\(\s*(?:schema, findings, )?"([a-z0-9-]+)"', code)
    )
    assert len(used) > 30
    assert used <= FAULTS.keys()


def test_every_reason_is_a_sentence() -> None:
    assert all(fault.why.endswith((".", "?")) for fault in FAULTS.values())
