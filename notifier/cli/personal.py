"""`export`, `erase`: what is held about one person, handed out or taken away."""

from pathlib import Path

import typer

from notifier.care.backup import CareRefused
from notifier.care.erase import erase as erase_person
from notifier.care.erase import wanted
from notifier.care.export import Person
from notifier.care.export import export as write_out
from notifier.cli import opening, output
from notifier.cli.authority import AS, PIN_STDIN, who
from notifier.daemon import School
from notifier.model.answer import Exit
from notifier.model.directory import Directory
from notifier.model.english import counted
from notifier.model.staff import Authority, Role

CONTACT = typer.Option("", "--contact", help="An adult's id.")
PUPIL = typer.Option("", "--pupil", help="A child's id.")


def register(app: typer.Typer) -> None:
    app.command()(export)
    app.command()(erase)


def _one(contact: str, pupil: str) -> str:
    if bool(contact) == bool(pupil):
        output.stop("Say whom: --contact with an adult's id, or --pupil with a child's.")
    return contact or pupil


def _may(school: School, as_: str, pin_stdin: bool) -> Authority:
    by = who(school.config, as_, pin_stdin)
    if by.role is Role.TEACHER:
        output.stop("This is for the head, the deputy or the office.")
    return by


def export(
    contact: str = CONTACT,
    pupil: str = PUPIL,
    to: Path | None = typer.Option(None, "--to", help="A new folder for it (default: exports/ID-DAY here)."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
    json: bool = typer.Option(False, "--json", help="As JSON."),
) -> None:
    """Everything held about one person, as a folder to read; other people's details are left out."""
    id = _one(contact, pupil)

    async def work() -> Exit:
        async with opening.school(folder=True) as school:
            by = _may(school, as_, pin_stdin)
            now = school.clock.now()
            await school.families.refresh(now, settled=True)
            directory = school.families.current or Directory()
            found = await school.store.find_person(id)
            known = id in (directory.pupils if pupil else directory.contacts)
            if not known and not found.deliveries and not found.withheld:
                output.stop(f"Nothing is held about {id}. Look at the id with: notifier families show {id}")
            day = now.astimezone(school.config.school.timezone).date()
            folder = to or school.config.root / "exports" / f"{id}-{day}"
            if folder.exists() and any(folder.iterdir()):
                output.stop(f"{folder} is there already and not empty. Name another folder with --to.")
            stored = {one.message_id: await school.store.message(one.message_id) for one in found.deliveries}
            messages = {message: one for message, one in stored.items() if one is not None}
            zone = school.config.school.timezone
            person = Person(id, bool(pupil), school.config.school.name, directory, found, messages, zone, now)
            number, left_out = await write_out(person, folder, school.renderer, school.store.blob)
            await school.store.audit("exported", by.name, "everything held about one person", now, whom=(id,))
            if json:
                output.as_json({"folder": str(folder), "messages": number, "left_out": left_out})
                return Exit.DONE
            output.say(f"Written to {folder}: {counted(number, 'message')} and all other details.", "bold")
            output.say("Read for-the-school.txt in it first. Only the folder for-them is for them.")
            if left_out:
                output.say(
                    f"{counted(left_out, 'message')} left out, for naming a child whom this adult may not hear about."
                )
            return Exit.DONE

    output.leave(opening.within(work))


def erase(
    contact: str = CONTACT,
    pupil: str = PUPIL,
    yes: bool = typer.Option(False, "--yes", help="Do it. Without this, it only says what would go."),
    as_: str = AS,
    pin_stdin: bool = PIN_STDIN,
) -> None:
    """Take one person out of everything that is held, with a certificate. What bars an adult stays."""
    id = _one(contact, pupil)

    async def work() -> Exit:
        async with opening.school(folder=True) as school:
            by = _may(school, as_, pin_stdin)
            now = school.clock.now()
            await school.families.refresh(now, settled=True)
            try:
                person = await wanted(school.config, school.families, id, child=bool(pupil))
                if not yes:
                    found = await school.store.find_person(id)
                    output.say(
                        f"Would erase {id}: {len(found.deliveries)} copies, {len(found.withheld)} notes that something "
                        f"was not for them, {len(found.tasks)} tasks, and their details. Nothing was done; add --yes."
                    )
                    for kept in person.kept:
                        output.say(f"  Has to stay: {kept}.")
                    return Exit.ATTENTION
                gone, certificate = await erase_person(
                    school.config, school.store, school.families, person, by.name, now
                )
            except CareRefused as problem:
                output.stop(problem.sentence)
            output.say(f"{id} is erased: {gone.copies} copies no longer name them.", "bold")
            for kept in person.kept:
                output.say(f"  Had to stay: {kept}.")
            output.say(f"The certificate lies at {certificate}. It also says what is not in this system.")
            return Exit.DONE

    output.leave(opening.within(work))
