"""`status`, `unreached`: how it goes, and whom nobody has reached yet (W53)."""

from collections import Counter
from collections.abc import Sequence

import typer

from notifier.cli import opening, output
from notifier.cli.expected import Expected, expected
from notifier.cli.people import Names, practice
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.english import counted
from notifier.model.states import DeliveryState, LegState, MessageState
from notifier.presence import anybody_at_work
from notifier.queue import Left, Store, StoredDelivery, StoredMessage


def register(app: typer.Typer) -> None:
    app.command()(status)
    app.command()(unreached)


STATES = {
    DeliveryState.PLANNED: "planned",
    DeliveryState.SENDING: "being sent",
    DeliveryState.HANDED_OVER: "handed over",
    DeliveryState.CONFIRMED: "confirmed",
    DeliveryState.UNREACHED: "to ring",
    DeliveryState.HELD: "held",
    DeliveryState.WITHHELD: "withheld",
    DeliveryState.CANCELLED: "cancelled",
    DeliveryState.EXPIRED: "expired",
}

NEEDS = {
    Left.UNKNOWN: "may have arrived or not",
    Left.TECHNICAL: "were stopped by a fault in the program",
}

WHAT = {
    LegState.UNKNOWN: "Nobody can tell whether one copy arrived",
    LegState.TECHNICAL_FAILURE: "A fault in the program stopped one copy",
}

YES = "notifier approve {} --as ID"

FAILED = {LegState.PERMANENT_FAILURE, LegState.TECHNICAL_FAILURE, LegState.TEMPORARY_FAILURE}


def status(
    message: str = typer.Argument("", help="One message's id; without it, all."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """How far each message has come."""

    async def work() -> Exit:
        async with opening.school() as school:
            if not message:
                return await _all(school, json)
            stored = await school.store.find(message)
            if stored is None:
                output.stop(f"There is no message “{message}”. See: notifier status")
            return await _one(school, stored, json)

    output.leave(opening.within(work))


async def _all(school: School, json: bool) -> Exit:
    store = school.store
    rows = []
    for stored in await store.messages(limit=50):
        counts = await store.counts(stored.id)
        rows.append((stored, counts))
    coming = await expected(school)
    stuck = await store.stuck()
    at_work = anybody_at_work(school.config, store)
    if json:
        output.as_json(
            {
                "running": at_work,
                "messages": [
                    {
                        "id": stored.id,
                        "kind": stored.message.kind.value,
                        "subject": stored.message.subject,
                        "state": stored.state.value,
                        "mode": stored.message.mode.value,
                        "received_at": stored.received_at.isoformat(),
                        "send_at": stored.message.send_at.isoformat() if stored.message.send_at else None,
                        "deliveries": {state.value: number for state, number in counts.deliveries.items()},
                        "withheld": counts.withheld,
                        "eta": coming.json(school, stored.id),
                    }
                    for stored, counts in rows
                ],
                "accounts": _accounts_json(coming),
                "for_a_person": [
                    {"message": work.message_id, "left": work.left.value, "channel": work.channel, "count": work.count}
                    for work in stuck
                ],
            }
        )
        return Exit.ATTENTION if stuck else Exit.DONE
    if not rows:
        output.say("No messages yet. Save one in a drop folder, or use: notifier submit FILE")
        output.idle(at_work)
        return Exit.DONE
    trial = await practice(school, (stored.id for stored, _ in rows))
    output.table(
        "Message",
        "State",
        "Subject",
        "Copies",
        "Done",
        whole="Message",
        rows=[
            (
                stored.id,
                stored.state.value + (" (trial)" if stored.id in trial else ""),
                stored.message.subject,
                ", ".join(f"{number} {STATES[state]}" for state, number in counts.deliveries.items() if number),
                coming.words(school, stored.id),
            )
            for stored, counts in rows
        ],
    )
    if held := [stored.id for stored, _ in rows if stored.state is MessageState.HELD]:
        output.say(f"{counted(len(held), 'message waits', 'messages wait')} for a yes: {YES.format(held[0])}", "yellow")
    output.idle(at_work)
    _say_lost(school, coming)
    for work in stuck:
        output.say(
            f"{work.count} of “{work.subject}” by {work.channel} {NEEDS[work.left]}: notifier status {work.message_id}",
            "yellow",
        )
    return Exit.ATTENTION if stuck else Exit.DONE


def _say_lost(school: School, coming: Expected) -> None:
    for channel, lost in sorted(coming.lost.items()):
        since = lost.since.astimezone(school.config.school.timezone)
        output.say(f"The {channel} account has not served us since {since:%a %d %b %H:%M}. {lost.reason}", "yellow")


def _accounts_json(coming: Expected) -> list[dict[str, object]]:
    """Every channel that something waits for, and every account that is lost."""
    names = sorted({*coming.lost, *(one.channel for one in coming.waiting)})
    return [
        {
            "channel": name,
            "waiting": sum(one.count for one in coming.waiting if one.channel == name),
            "lost_since": coming.lost[name].since.isoformat() if name in coming.lost else None,
            "reason": coming.lost[name].reason if name in coming.lost else "",
        }
        for name in names
    ]


async def _one(school: School, stored: StoredMessage, json: bool) -> Exit:
    store = school.store
    counts = await store.counts(stored.id)
    legs = await store.legs(stored.id)
    coming = await expected(school)
    unknown = [leg for leg in legs if leg.state is LegState.UNKNOWN]
    parked = [leg for leg in legs if leg.state is LegState.TECHNICAL_FAILURE]
    attention = bool(unknown) or bool(parked) or bool(counts.deliveries.get(DeliveryState.UNREACHED))
    if json:
        output.as_json(
            {
                "id": stored.id,
                "state": stored.state.value,
                "subject": stored.message.subject,
                "mode": stored.message.mode.value,
                "deliveries": {state.value: number for state, number in counts.deliveries.items()},
                "legs": [
                    {"channel": channel, "state": state.value, "count": number}
                    for (channel, state), number in counts.legs.items()
                ],
                "withheld": counts.withheld,
                "unknown": [leg.id for leg in unknown],
                "parked": [leg.id for leg in parked],
                "eta": coming.json(school, stored.id),
                "accounts": _accounts_json(coming),
            }
        )
        return Exit.ATTENTION if attention else Exit.DONE
    output.say(f"“{stored.message.subject}” ({stored.id}): {stored.state.value}", "bold")
    for state, number in counts.deliveries.items():
        output.say(f"  {number} {STATES[state]}")
    output.say(f"  {counted(counts.withheld, 'adult does', 'adults do')} not get it")
    if stored.state is MessageState.HELD:
        output.say(f"  It waits for a yes: {YES.format(stored.id)}", "yellow")
    ways: Counter[str] = Counter()
    for (channel, leg_state), number in counts.legs.items():
        ways[f"{channel}: {leg_state.value.replace('_', ' ')}"] += number
    for way, number in sorted(ways.items()):
        output.say(f"    {way} {number}", "dim")
    if words := coming.words(school, stored.id):
        output.say(f"  Done: {words}")
        output.idle(anybody_at_work(school.config, store))
    _say_lost(school, coming)
    names = Names(school.families.current)
    deliveries = {one.id: one.delivery for one in await store.deliveries(stored.id)} if unknown or parked else {}
    for leg in (*unknown, *parked):
        who = " and ".join(map(names, deliveries[leg.delivery_id].contact_ids)) or "a public place"
        output.say(f"  {WHAT[leg.state]} ({leg.channel}, to {who}).")
        if leg.state is LegState.UNKNOWN and leg.due_at is not None:
            at = leg.due_at.astimezone(school.config.school.timezone)
            output.say(f"    It is looked up or sent again by itself, next at {at:%H:%M}.", "dim")
        output.say(f"    Settle it: notifier resolve {leg.id} --sent, or --not-sent to let it go again")
    return Exit.ATTENTION if attention else Exit.DONE


def unreached(
    message: str = typer.Argument("", help="One message's id; without it, all."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """The families whom a person must ring."""

    async def work() -> Exit:
        async with opening.school() as school:
            stored = await school.store.find(message) if message else None
            if message and stored is None:
                output.stop(f"There is no message “{message}”. See: notifier status")
            found = await school.store.unreached(stored.id if stored else None)
            if stored is None:
                trial = await practice(school, (one.message_id for one in found))
                found = [one for one in found if one.message_id not in trial]
            why = await _why(school.store, found)
            if json:
                output.as_json(
                    {
                        "unreached": [
                            {
                                "message": one.message_id,
                                "contact_ids": [*one.delivery.contact_ids],
                                "pupil_ids": [*one.delivery.pupil_ids],
                                "reason": why[one.id],
                            }
                            for one in found
                        ]
                    }
                )
            elif found:
                names = Names(school.families.current)
                output.table(
                    "Message",
                    "Adults",
                    "Children",
                    "Why",
                    whole="Message",
                    rows=[
                        (
                            one.message_id,
                            " and ".join(map(names, one.delivery.contact_ids)) or "nobody known",
                            "; ".join(map(names, one.delivery.pupil_ids)),
                            why[one.id],
                        )
                        for one in found
                    ],
                )
                output.say("The call sheets with numbers and words are in outbox/. Tick off with: notifier tasks done")
            else:
                output.say("There is nobody to ring.")
                await _say_not_gone(school, stored)
            return Exit.ATTENTION if found else Exit.DONE

    output.leave(opening.within(work))


async def _say_not_gone(school: School, stored: StoredMessage | None) -> None:
    """That nobody need be rung is no comfort while a message has not gone out at all."""
    waiting = [stored] if stored else await school.store.messages(limit=50)
    held = [one for one in waiting if one.state is MessageState.HELD]
    if held:
        what = "It has" if stored else counted(len(held), "message has", "messages have")
        output.say(f"{what} not gone out and wait{'s' if len(held) == 1 else ''} for a yes: {YES.format(held[0].id)}")


async def _why(store: Store, found: Sequence[StoredDelivery]) -> dict[str, str]:
    """Why each must be rung: its own reason, else what its ways answered, else that there was no other way."""
    failed: dict[str, list[str]] = {}
    for message_id in {one.message_id for one in found}:
        for leg in await store.legs(message_id):
            if leg.reason and leg.state in FAILED and leg.reason not in failed.setdefault(leg.delivery_id, []):
                failed[leg.delivery_id].append(leg.reason)
    return {one.id: one.reason or " ".join(failed.get(one.id, ())) or "No address that can be used." for one in found}
