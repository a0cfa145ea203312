from pathlib import Path

import pytest

from notifier.intake import IntakeFolder
from notifier.model.message import Kind
from notifier.model.staff import Authority, Role
from tests.unit.intake.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    folder = tmp_path / "drop" / "letters"
    folder.mkdir(parents=True)
    return Desk(folder, IntakeFolder(folder, "drop/letters", Authority(Role.OFFICE), Kind.LETTER, ("whole school",)))
