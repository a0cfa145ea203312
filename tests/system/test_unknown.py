"""What nobody can tell about, and what a fault stopped: shown by status, and settled by a person."""

from tests.servers.twilio import Twilio, gateway
from tests.system.school import PIN, SchoolFolder, text

AWAKE = '[policy.quiet_hours]\nopens = "00:00"\ncloses = "23:59"\n'
"""So that texts go at whatever hour this runs."""
LOOK_NOW = "UPDATE leg SET due_at = '2026-01-01T00:00:00.000000Z' WHERE state = 'unknown' AND due_at IS NOT NULL"


async def in_doubt(school: SchoolFolder, twilio: Twilio) -> list[str]:
    """Texts of which Twilio says neither whether it took them nor, asked again and again, whether it has them."""
    school.go_live(AWAKE, text(twilio.base))
    twilio.vices += [gateway(502)] * 500
    school.letter("trip.md", to="Oak class", folder="head", more="essential: yes\ntext: The trip is off.\n")
    for _ in range(7):
        said = await school("run", "--until-idle")
        assert "Traceback" not in said.text
        if school.rows("SELECT id FROM leg WHERE state = 'unknown' AND due_at IS NULL"):
            break
        school.change(LOOK_NOW)
    twilio.vices.clear()
    return [row["id"] for row in school.rows("SELECT id FROM leg WHERE state = 'unknown' ORDER BY id")]


async def settle(school: SchoolFolder, leg: str, found: str) -> None:
    said = await school("resolve", leg, found, "--as", "b-malik", "--pin-stdin", stdin=f"{PIN}\n")
    assert said.code == 0, said.text


async def test_what_nobody_can_tell_is_shown_by_status_and_settled_by_a_person(
    small: SchoolFolder, twilio: Twilio
) -> None:
    first, second, *others = await in_doubt(small, twilio)
    (message,) = [row["id"] for row in small.rows("SELECT id FROM message")]
    every = await small("status")
    assert every.code == 1
    assert "may have arrived or not" in every.out
    (stuck,) = (await small("status", "--json")).json["for_a_person"]
    assert stuck == {"message": message, "left": "unknown", "channel": "text", "count": 2 + len(others)}
    one = await small("status", message)
    assert one.code == 1
    assert f"notifier resolve {first}" in one.out
    assert first in (await small("status", message, "--json")).json["unknown"]
    assert "notifier resolve" in (await small("tasks")).out

    taken = len(twilio.messages)
    await settle(small, first, "--sent")
    await settle(small, second, "--not-sent")
    await small("run", "--until-idle")
    assert len(twilio.messages) == taken + 1
    states = {row["id"]: row["state"] for row in small.rows("SELECT id, state FROM leg")}
    assert (states[first], states[second]) == ("sent", "sent")
    for leg in others:
        await settle(small, leg, "--sent")
    after = await small("status", "--json")
    assert (after.code, after.json["for_a_person"]) == (0, [])


async def test_what_a_fault_stopped_is_shown_by_status_and_goes_again_or_is_settled(
    small: SchoolFolder, twilio: Twilio
) -> None:
    small.go_live(AWAKE, text(twilio.base))
    small.letter("trip.md", to="Oak class", folder="head", more="essential: yes\ntext: The trip is off.\n")
    await small("run", "--until-idle")
    first, second, *_ = sorted(row["id"] for row in small.rows("SELECT id FROM leg WHERE channel = 'text'"))
    two = f"('{first}', '{second}')"
    small.change(
        f"UPDATE leg SET state = 'technical_failure', crashes = 3 WHERE id IN {two}",
        f"UPDATE delivery SET state = 'sending' WHERE id IN (SELECT delivery_id FROM leg WHERE id IN {two})",
    )
    (message,) = [row["id"] for row in small.rows("SELECT id FROM message")]
    every, one = await small("status"), await small("status", message)
    assert (every.code, one.code) == (1, 1)
    assert "stopped by a fault" in every.out
    assert f"notifier resolve {second}" in one.out
    assert (await small("status", message, "--json")).json["parked"] == [first, second]

    taken = len(twilio.messages)
    await settle(small, first, "--sent")
    await settle(small, second, "--not-sent")
    await small("run", "--until-idle")
    assert len(twilio.messages) == taken + 1
    assert (await small("status", "--json")).json["for_a_person"] == []
