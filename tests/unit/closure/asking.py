"""A school of two classes, asked to close."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

from notifier.acceptance import World
from notifier.closure.drafting import Draft, drafted
from notifier.closure.instruction import Asked, understood
from notifier.closure.wording import Wordings
from notifier.model.closure import Closure, ClosureState, Opening, What
from notifier.model.message import Mode
from notifier.model.payload import SHORT
from notifier.model.staff import Role, Staff
from notifier.rendering import Renderer, SchoolFacts
from tests.unit.acceptance.school import WORLD as OTHER
from tests.unit.routing.families import LONDON

NOW = datetime(2027, 1, 11, 5, 40, tzinfo=LONDON)  # a Monday
STAFF = (
    Staff("mrs-okafor", "Grace Okafor", Role.HEAD, email="head@example.org", mobile="+447700900900"),
    Staff("mr-demir", "Ali Demir", Role.TEACHER, ("Oak",), email="ali@example.org"),
)
CHANNELS = {**OTHER.policy.channels, "text": replace(OTHER.policy.channels["text"], medium=SHORT)}
WORLD: World = replace(OTHER, mode=Mode.LIVE, policy=replace(OTHER.policy, staff=STAFF, channels=CHANNELS))
RENDERER = Renderer(SchoolFacts("Oak School", "020 7946 0100", "", LONDON))
WORDINGS = Wordings(None, ("ar", "bn", "pl", "ro", "ur"))
NO_OVERRIDES = Path("nowhere")


def announcement(opening: str = "closed", what: What = What.START, **more: Any) -> Any:
    world = more.pop("world", WORLD)
    return understood(
        Asked(Opening(opening), **{"from_": "13:15" if opening == "early" else "", **more}),
        what,
        message_id="emergency-closure-abc123-0",
        author="mrs-okafor",
        directory=world.directory,
        wordings=WORDINGS,
        now=NOW,
        zone=LONDON,
    )


def draft(
    opening: str = "closed", *, drill: bool = False, world: World = WORLD, price: float = 0.0, **more: Any
) -> Draft:
    said = announcement(opening, **more)
    closure = Closure("closure-abc123", world.mode, drill, ClosureState.DRAFT, (said,), NOW, ("mrs-okafor",))
    return drafted(closure, world, RENDERER, WORDINGS, {"text": 60.0}, price, NOW)
