"""`families`: what changed in the files, saying yes to what they take away, and what is known of a person."""

import typer

from notifier import directory as room
from notifier.acceptance import answers
from notifier.acceptance.details import details_letter
from notifier.acceptance.preview import preview_json, problem_json
from notifier.cli import desk, opening, output
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.cli.importing import import_
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.directory import Contact, Directory
from notifier.model.message import Submission
from notifier.model.staff import Authority, Role
from notifier.rendering.prepared import Prepared

families_app = typer.Typer(help="The families' files and what is in force.", no_args_is_help=True)
families_app.command("import")(import_)


def register(app: typer.Typer) -> None:
    app.add_typer(families_app, name="families")


@families_app.callback()
def families() -> None:
    """The families' files and what is in force."""


@families_app.command()
def diff(json: bool = typer.Option(False, "--json", help="As JSON.")) -> None:
    """What the files say that is not yet in force, in words."""

    async def work() -> Exit:
        async with opening.reading(opening.with_folder(opening.open_config())) as school:
            before = school.families.current or Directory()
            reading = room.read(school.config.families)
            changes = room.differences(before, room.preview(reading.known_again(before), before))
            # With why they are not in force as they stand: too much gone at once, an order kept from the record.
            problems = room.take_up(reading, school.families.current).problems
            if json:
                output.as_json({"changes": changes, "problems": [problem_json(p) for p in problems]})
            else:
                output.problems(problems)
                for line in changes or ["The files say nothing new."]:
                    output.say(line)
            return output.exit_for(problems)

    output.leave(opening.within(work))


@families_app.command()
def accept(as_: str = AS, pin_stdin: bool = PIN_STDIN) -> None:
    """Say yes to many removals at once, or to a court order flag that was taken out."""

    async def work() -> Exit:
        async with opening.school(folder=True) as school:
            by = who(school.config, as_, pin_stdin)
            if by.role is Role.TEACHER:
                output.stop("This is for the head, the deputy or the office.")
            taken = await school.families.accept(school.clock.now())
            output.problems(school.families.problems)
            if taken:
                await school.store.audit("families accepted", by.name, "", school.clock.now())
                output.say("Accepted: the files are in force as they stand.", "bold")
                return Exit.DONE
            if output.exit_for(school.families.problems) is Exit.REFUSED:
                output.stop("The files have errors. Mend what is named above first.")
            output.say("There was nothing to accept.")
            return Exit.DONE

    output.leave(opening.within(work))


@families_app.command("check-details")
def check_details(
    to: list[str] = typer.Option(["whole school"], "--to", help="Whose adults: “Oak”, “Year 2”, “pupil P0012”."),
    yes: bool = typer.Option(False, "--yes", help="Send it. Without this, it only shows who would get it."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Ask each adult to look over what the school holds about them, by their own way; nobody sees anybody else's."""

    async def shown() -> Exit:
        async with opening.reading(opening.with_folder(opening.open_config())) as school:
            ((asked, considered),) = await desk.considered(school, [_letter(school, to, Authority(Role.HEAD))])
            if json:
                output.as_json(preview_json(considered))
            else:
                output.say(answers.previewed(asked, considered, school.world(), None))
                output.say("Each adult gets their own copy, with what is held about them. Add --yes to send it.")
            return output.exit_for(considered.problems)

    async def sent() -> Exit:
        async with opening.school(folder=True) as school:
            by = who(school.config, as_, pin_stdin)
            if by.role is Role.TEACHER:
                output.stop("This is for the head, the deputy or the office.")
            await school.families.refresh(school.clock.now(), settled=True)
            answer = await school.acceptance.accept(_letter(school, to, by))
            if json:
                output.as_json({"outcome": answer.outcome.value, "message": answer.message_id, "text": answer.text})
            else:
                output.say(answer.text)
            return answer.exit

    output.leave(opening.within(sent if yes else shown))


def _letter(school: School, to: list[str], by: Authority) -> Submission:
    words = Prepared(school.config.templates, school.config.school.language)
    day = school.clock.now().astimezone(school.config.school.timezone).date()
    return details_letter(words, tuple(to), by, day)


@families_app.command()
def show(
    id: str = typer.Argument(..., help="A contact's or pupil's id."),
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """What is in force for one adult or child: links and arrangements, recorded ones included."""

    async def work() -> Exit:
        async with opening.reading(opening.open_config()) as school:
            found = school.families.current
            if found is None or (id not in found.contacts and id not in found.pupils):
                output.stop(f"Nobody in force has the id “{id}”. New files come into force with: notifier run")
            links = [link for link in found.links if id in (link.contact_id, link.pupil_id)]
            rows = [row for row in found.arrangements if id in (row.contact_id, row.pupil_id)]
            person = found.contacts.get(id)
            refused = await school.store.refusals(_addresses(person)) if person else []
            if json:
                output.as_json(
                    {
                        "id": id,
                        "links": [
                            {
                                "pupil_id": link.pupil_id,
                                "contact_id": link.contact_id,
                                "relationship": link.relationship,
                                "priority": link.priority,
                                "lives_with": link.lives_with.value,
                                "parental_responsibility": link.responsibility.value,
                                "contract_signatory": link.contract_signatory,
                                "court_order": (link.contact_id, link.pupil_id) in found.flags,
                            }
                            for link in links
                        ],
                        "arrangements": [
                            {
                                "arrangement": row.sort.value,
                                "contact_id": row.contact_id,
                                "pupil_id": row.pupil_id,
                                "scope": sorted(kind.value for kind in row.scope),
                                "from": row.from_.isoformat() if row.from_ else None,
                                "until": row.until.isoformat() if row.until else None,
                                "ended_on": row.ended_on.isoformat() if row.ended_on else None,
                                "recorded_only": row.recorded,
                            }
                            for row in rows
                        ],
                        "not_used": [
                            {"channel": one.channel, "address": one.address, "since": one.since.isoformat()}
                            for one in refused
                        ],
                    }
                )
                return Exit.DONE
            name = person.name if person else found.pupils[id].name
            output.say(f"{name} ({id})", "bold")
            for link in links:
                other = link.pupil_id if id == link.contact_id else link.contact_id
                flag = "; court order" if (link.contact_id, link.pupil_id) in found.flags else ""
                output.say(
                    f"  {other}: {room.name_of(link.relationship)}, priority {link.priority or 'last'}, lives with: "
                    f"{link.lives_with.value}, parental responsibility: {link.responsibility.value}{flag}"
                )
            for row in rows:
                about = row.pupil_id or "all their children"
                since = f"since {row.from_:%d/%m/%Y}" if row.from_ else "in force"
                until = f", last day {row.until:%d/%m/%Y}" if row.until else ""
                dates = since + until + (f", ended on {row.ended_on:%d/%m/%Y}" if row.ended_on else "")
                kept = " (kept from the record: no longer in the file)" if row.recorded else ""
                output.say(f"  {row.sort.value} about {about}: {dates}{kept}")
            for one in refused:
                day = f"{one.since.astimezone(school.config.school.timezone):%d/%m/%Y}"
                output.say(f"  not used by {one.channel} since {day}: {one.address} ({NOT_USED})")
            return Exit.DONE

    output.leave(opening.within(work))


@families_app.command("use-again")
def use_again(
    id: str = typer.Argument(..., help="The adult's id."),
    channel: str = typer.Option("", "--channel", help="Only by this channel, such as email."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
) -> None:
    """Try an adult's email address or number again that was given up."""

    async def work() -> Exit:
        async with opening.school() as school:
            by = who(school.config, as_, pin_stdin)
            if by.role is Role.TEACHER:
                output.stop("This is for the head, the deputy or the office.")
            found = school.families.current
            person = found.contacts.get(id) if found else None
            if person is None:
                output.stop(f"No adult in force has the id “{id}”.")
            refused = [one for one in await school.store.refusals(_addresses(person)) if channel in ("", one.channel)]
            if not refused:
                output.stop(f"Every address of {id} is in use. See: notifier families show {id}")
            for one in refused:
                await school.store.use_again(one, by.name, id, school.clock.now())
                output.say(
                    f"{one.address} is used again by {one.channel}. If it fails once more, it is given up again."
                )
            output.say("Who wrote STOP gets texts again only when they write START: their provider sees to that.")
            return Exit.DONE

    output.leave(opening.within(work))


NOT_USED = "they wrote STOP, or three messages in a row failed there"


def _addresses(person: Contact) -> list[str]:
    return [one for one in (person.email, person.mobile, person.phone) if one]
