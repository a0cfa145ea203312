"""What the program learns by itself stays in the record, whatever the files say next."""

from pathlib import Path

from notifier import directory
from notifier.acceptance.families import Families
from notifier.clock import FixedClock
from notifier.model.directory import Sort
from tests.stores import new_store
from tests.unit.queue.plans import NOW

FILES = {
    "pupils.csv": "pupil_id,forename,surname,class\nP1,Ada,Eze,Oak\n",
    "contacts.csv": "contact_id,forename,surname,email\nC1,Ife,Eze,ife@example.org\n",
    "links.csv": "pupil_id,contact_id,relationship,lives_with,court_order\nP1,C1,mother,yes,no\n",
    "arrangements.csv": "arrangement,contact_id,pupil_id,scope,value,from,until,ended_on,evidence,recorded_by\n",
}


async def test_an_unsubscribe_that_was_learned_outlives_the_next_look_at_the_files(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / "families" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "families" / name).write_text(text, "utf-8")
    store = await new_store(tmp_path, FixedClock(NOW), "state/a.db")
    families = Families(store, tmp_path / "families", tmp_path / "state")
    await families.refresh(NOW, settled=True)
    assert families.current is not None, families.problems
    for _ in range(2):
        await families.unsubscribe(FixedClock(NOW), "C1")
    assert families.version == 2
    (tmp_path / "families" / "pupils.csv").write_text(FILES["pupils.csv"] + "P2,Ben,Eze,Elm\n", "utf-8")
    await families.refresh(NOW, settled=True)
    assert families.current is not None
    (row,) = families.current.arrangements
    assert (row.sort, row.contact_id, row.recorded) == (Sort.UNSUBSCRIBE, "C1", True)
    assert directory.load(tmp_path / "state") == families.current
    assert "arrangement added: unsubscribe" in [line.what for line in await store.read_audit()]
    await store.close()
