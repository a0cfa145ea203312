"""A plan as JSON, exactly as DESIGN 3.3 says; `preview`, `explain` and `check` all print it so."""

from typing import Any

from notifier.acceptance.understanding import Considered
from notifier.model.message import Message
from notifier.model.plan import Delivery, Plan, Withheld
from notifier.model.policy import Rung
from notifier.model.problem import Problem
from notifier.routing.audience import spoken


def preview_json(considered: Considered) -> dict[str, Any]:
    """``message``, ``deliveries``, ``public``, ``withheld``, ``tasks``, ``problems``; refused: no deliveries."""
    return {
        "message": message_json(considered.message) if considered.message else {},
        **plan_json(considered.plan),
        "problems": [problem_json(problem) for problem in considered.problems],
    }


def plan_json(plan: Plan) -> dict[str, Any]:
    return {
        "deliveries": [delivery_json(delivery) for delivery in plan.deliveries],
        "public": [{"channel": item.channel} for item in plan.public],
        "withheld": [withheld_json(one) for one in plan.withheld],
        "tasks": [{"what": task.what, "about": [*task.about], "rule": task.rule} for task in plan.tasks],
    }


def withheld_json(one: Withheld) -> dict[str, Any]:
    return {"contact_id": one.contact_id, "pupil_ids": [*one.pupil_ids], "rule": one.rule, "reason": one.reason}


def delivery_json(delivery: Delivery) -> dict[str, Any]:
    return {
        "contact_ids": [*delivery.contact_ids],
        "pupil_ids": [*delivery.pupil_ids],
        "household": delivery.household,
        "basis": delivery.basis.value,
        "ladder": [rung_json(rung) for rung in delivery.ladder],
        "addresses": delivery.addresses,
        "language": delivery.language,
        "text_language": delivery.text_language,
        "rules": [*delivery.rules],
        "also_ring": [*delivery.also_ring],
        "held": delivery.held,
    }


def rung_json(rung: Rung) -> str | list[str]:
    return rung[0] if len(rung) == 1 else [*rung]


def message_json(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "kind": message.kind.value,
        "mode": message.mode.value,
        "lane": message.lane.value,
        "subject": message.subject,
        "author": message.author,
        "to": [spoken(term) for term in message.audience],
        "except": [spoken(term) for term in message.except_],
        "send_at": message.send_at.isoformat() if message.send_at else None,
        "expires_at": message.expires_at.isoformat() if message.expires_at else None,
        "event": message.event.id or message.event.date.isoformat() if message.event else None,
        "essential": message.essential,
        "important": message.important,
        "marketing": message.marketing,
        "category": message.category,
        "also": [*message.also],
        "languages": [body.language for body in message.bodies],
        "attachments": [attachment.name for attachment in message.attachments],
        "source": message.source,
    }


def problem_json(problem: Problem) -> dict[str, str]:
    return {
        "id": problem.id,
        "severity": problem.severity.value,
        "where": problem.where,
        "rule": problem.rule,
        "sentence": problem.sentence,
    }
