"""The settings of the policy: what a profile holds and what [policy] may override (DESIGN 3.4)."""

from datetime import timedelta
from typing import Any

from pydantic import Field, field_validator

from notifier.config.fields import Day, Length, Names, TimeOfDay
from notifier.config.settings import Table
from notifier.model.message import Kind
from notifier.model.policy import Copies, Per
from notifier.model.staff import Role

LADDER = 'Write channels in quotes; those that go out together in brackets: [["text", "email"], "call"].'


class KindTable(Table):
    """How one kind of message travels."""

    ladder: tuple[tuple[str, ...], ...] = Field(
        description="The channels in order, first that works; those in inner brackets go out together. "
        "The last is done by a person."
    )
    also: tuple[str, ...] = Field((), description="Public places, once per message, for a class or wider.")
    also_if_important: tuple[str, ...] = Field((), description="Public places for a message with 'important: yes'.")
    per: Per = Field(Per.HOUSEHOLD, description="One delivery for each household, contact or pupil.")
    copies: Copies = Field(
        Copies.ON_REQUEST,
        description="When a parent living apart gets one too: always, on_request or signatory_or_consent.",
    )
    escalate_after: Length | None = Field(
        None, description="After how long without a confirmation the next rung starts.", examples=["10 min"]
    )
    catch_up: Length = Field(
        timedelta(days=2),
        description="How late one that waited for its moment may still go by itself, after the computer was off.",
    )
    rules: tuple[str, ...] = Field((), description="The rules this carries out, shown by 'explain'.")

    @field_validator("ladder", mode="before")
    @classmethod
    def _rungs(cls, value: Any) -> Any:
        """A bare name is a rung of one."""
        if not isinstance(value, (list, tuple)):
            raise ValueError(LADDER)
        rungs = []
        for rung in value:
            names = [rung] if isinstance(rung, str) else rung
            if not isinstance(names, (list, tuple)) or not names or not all(isinstance(name, str) for name in names):
                raise ValueError(LADDER)
            if len(set(names)) != len(names):
                raise ValueError("A channel stands twice in one step of the ladder.")
            rungs.append(tuple(names))
        if not rungs:
            raise ValueError(LADDER)
        return tuple(rungs)


class TextTable(Table):
    """Which messages may go as a text."""

    channel: str = Field("text", description="The channel that this is about.")
    allowed: Names = Field(description="Kinds of message that may, and 'essential' for those marked essential.")
    essential_roles: tuple[Role, ...] = Field(
        (Role.HEAD, Role.DEPUTY, Role.OFFICE), description="Who may mark a message essential."
    )


class QuietHoursTable(Table):
    """When texts and phone calls that are no emergency may go; emails and paper wake nobody and do not wait."""

    opens: TimeOfDay = Field(description="Not before this local time.")
    closes: TimeOfDay = Field(description="Not after this local time.")
    weekends: bool = Field(False, description="Whether Saturdays and Sundays are quiet all day.")
    holidays: bool = Field(False, description="Whether holidays, bank holidays and days closed are quiet all day.")
    everything: bool = Field(False, description="Whether emails and paper wait too; an emergency never waits.")


class ApprovalTable(Table):
    """Whose messages wait for somebody else's yes."""

    whole_school: tuple[Role, ...] = Field((), description="Roles whose message to the whole school waits.")
    emergency: tuple[Role, ...] = Field(
        (Role.DEPUTY, Role.OFFICE, Role.TEACHER), description="Roles whose emergency message waits."
    )
    by: tuple[Role, ...] = Field((Role.HEAD, Role.DEPUTY), min_length=1, description="Roles that may say yes.")
    two_persons: bool = Field(False, description="A closure or other emergency needs the yes of two people.")
    alone_after: Length = Field(
        timedelta(minutes=5), description="How long the head waits for the second person before deciding alone."
    )


class PolicySettings(Table):
    """A whole policy: a profile with the school's overrides laid over it."""

    kinds: dict[Kind, KindTable]
    text: TextTable
    quiet_hours: QuietHoursTable
    in_person_only: tuple[str, ...] = Field(description="Categories that are refused: somebody speaks to the family.")
    watch_words: tuple[str, ...] = Field(description="Words that hold a message until the head has looked at it.")
    marketing_words: tuple[str, ...] = Field(
        (), description="Words that sound like advertising: in a newsletter they are advised against."
    )
    lead_time: dict[str, int] = Field(
        description='School days of notice that families should get, by category of event; "*" for any other event.'
    )
    yearly: dict[str, int] = Field(
        default_factory=dict, description="How many events of a category the calendar should hold in a school year."
    )
    approval: ApprovalTable
    review_by: Day | None = Field(None, description="By when the policy is due to be looked at again.")
