"""The cases of family life that the product has to get right, each a function; ``schools`` says how many of each."""

from collections.abc import Callable
from dataclasses import dataclass

from tools.example_schools.names import Pool
from tools.example_schools.records import Address, Contact, Pupil, School


@dataclass
class Home:
    """One family while it is made: its names, its address, its children."""

    pool: Pool
    surname: str
    address: Address
    language: str
    children: list[Pupil]


def home(school: School, children: int | None = None) -> Home:
    pool = school.pool()
    surname = school.random.choice(pool.surnames)
    count = children or school.random.choices((1, 2, 3), (76, 21, 3))[0]
    names = school.random.sample(pool.children, count)
    language = pool.language if pool.language and school.random.random() < 0.45 else ""
    made = Home(pool, surname, school.address(), language, [])
    made.children = [school.child(name, surname) for name in names]
    return made


def mother(school: School, made: Home, *, at: Address | None = None, priority: int = 1, lives: str = "yes") -> Contact:
    title = school.random.choice(("Mrs", "Ms", "Ms", "Dr")) if school.random.random() < 0.9 else "Mx"
    contact = school.adult(
        school.random.choice(made.pool.women), made.surname, title, at or made.address, made.language
    )
    for child in made.children:
        school.link(child, contact, "PAM", priority, lives, "yes")
    return contact


def father(school: School, made: Home, *, at: Address | None = None, priority: int = 2, lives: str = "yes") -> Contact:
    contact = school.adult(school.random.choice(made.pool.men), made.surname, "Mr", at or made.address, made.language)
    for child in made.children:
        school.link(child, contact, "PAF", priority, lives, "yes")
    return contact


def together(school: School) -> None:
    made = home(school)
    mother(school, made)
    father(school, made)
    if school.random.random() < 0.15:
        grandparent(school, made)


def grandparent(school: School, made: Home) -> Contact:
    """An emergency contact without parental responsibility, reached by telephone alone."""
    contact = school.adult(school.random.choice(made.pool.women), made.surname, "Mrs", school.address())
    contact.email, contact.phone = "", school.number()
    for child in made.children:
        link = school.link(child, contact, "REL", 3, "no", "no")
        link.contract_signatory = "no"
    return contact


def two_mothers(school: School) -> None:
    made = home(school)
    mother(school, made)
    mother(school, made, priority=2)


def two_fathers(school: School) -> None:
    made = home(school, 1)
    father(school, made, priority=1)
    father(school, made)


def single(school: School) -> None:
    made = home(school)
    if school.random.random() < 0.85:
        mother(school, made)
    else:
        father(school, made, priority=1)
    if school.random.random() < 0.25:
        grandparent(school, made)


def no_email(school: School) -> None:
    made = home(school)
    for contact in (mother(school, made), father(school, made)):
        contact.email = ""


def telephone_only(school: School) -> None:
    """No email, no mobile and no address: somebody has to ring."""
    made = home(school, 1)
    contact = mother(school, made)
    contact.email = contact.mobile = contact.address_1 = contact.address_2 = contact.town = contact.postcode = ""
    contact.phone = school.number()


def unreachable(school: School) -> None:
    """Nothing at all is known but a name."""
    made = home(school, 1)
    contact = mother(school, made)
    contact.email = contact.mobile = contact.address_1 = contact.address_2 = contact.town = contact.postcode = ""


def apart(school: School, children: int | None = None) -> tuple[Home, Contact, Contact]:
    """Separated; the second parent lives elsewhere."""
    made = home(school, children)
    first = mother(school, made)
    second = father(school, made, at=school.address(), lives="no")
    return made, first, second


def apart_without_request(school: School) -> None:
    apart(school)


def apart_with_copy(school: School) -> None:
    _, _, second = apart(school)
    school.arrange("copy", second, from_="2025-09-08")


def apart_with_copy_of_reports(school: School) -> None:
    _, _, second = apart(school)
    school.arrange("copy", second, scope="report;letter", from_="2026-01-12")


def shared_care(school: School) -> None:
    made = home(school)
    mother(school, made, lives="shared")
    father(school, made, at=school.address(), lives="shared")


def court_order(school: School) -> None:
    made, _, second = apart(school, 1)
    _flag(school, second)
    school.arrange("court-order", second, made.children[0], from_="2026-02-16",
                   evidence="Order seen 16 February 2026; copy in the head's safe", recorded_by="head")  # fmt: skip


def court_order_for_one(school: School) -> None:
    """Two children, an order about one of them."""
    made, _, second = apart(school, 2)
    school.links[-2].court_order = "yes"
    school.arrange("copy", second, from_="2025-09-08")
    school.arrange("court-order", second, made.children[0], from_="2026-03-02",
                   evidence="Order seen 2 March 2026; copy in the head's safe", recorded_by="head")  # fmt: skip


def court_order_past(school: School) -> None:
    """Its last day has passed, and still it holds until somebody looks at it (H34)."""
    made, _, second = apart(school, 1)
    _flag(school, second)
    school.arrange("court-order", second, made.children[0], from_="2025-04-22", until="2026-04-21",
                   evidence="Order seen 22 April 2025; copy in the head's safe", recorded_by="head")  # fmt: skip


def court_order_unanswered(school: School) -> None:
    """The flag stands, and nobody has recorded what the order says."""
    _, _, second = apart(school, 1)
    _flag(school, second)


def injunction(school: School) -> None:
    made, _, second = apart(school, 1)
    school.arrange("injunction", second, made.children[0], from_="2026-05-11",
                   evidence="Injunction seen 11 May 2026; copy in the head's safe", recorded_by="head")  # fmt: skip


def agreement(school: School) -> None:
    made, _, second = apart(school, 1)
    school.arrange("agreement", second, made.children[0], scope="newsletter", from_="2026-06-01",
                   evidence="Agreement signed by both, 1 June 2026", recorded_by="office")  # fmt: skip


def welfare_hold(school: School) -> None:
    made, _, second = apart(school, 1)
    school.arrange("copy", second, from_="2025-09-08")
    school.arrange("welfare-hold", second, made.children[0], from_="2026-10-05",
                   evidence="Head's note of 5 October 2026", recorded_by="head")  # fmt: skip


def site_ban(school: School) -> None:
    made = home(school, 1)
    mother(school, made)
    banned = father(school, made)
    school.arrange("site-ban", banned, from_="2026-09-21", until="2027-07-31",
                   evidence="Letter of 21 September 2026", recorded_by="head")  # fmt: skip


def step_parent(school: School) -> None:
    """The second adult at home lives with the child and has no parental responsibility."""
    made = home(school)
    mother(school, made)
    step = school.adult(school.random.choice(school.pool().men), made.surname, "Mr", made.address)
    for child in made.children:
        link = school.link(child, step, "STF", 2, "yes", "no")
        link.contract_signatory = "no"


def consent(school: School) -> None:
    """The mother has agreed in writing that a grandmother who lives elsewhere is informed."""
    made = home(school, 1)
    giver = mother(school, made)
    informed = grandparent(school, made)
    informed.email = school._email(informed.forename, f"{informed.surname}-senior")
    school.arrange("consent", informed, made.children[0], value=giver.contact_id, from_="2026-09-07",
                   evidence="Letter of 4 September 2026")  # fmt: skip


def fostered(school: School) -> None:
    """A foster carer, and the local authority with parental responsibility."""
    made = home(school, 1)
    carer_pool = school.pool()
    carer = school.adult(
        school.random.choice(carer_pool.women), school.random.choice(carer_pool.surnames), "Ms", made.address
    )
    authority = school.adult("", "Ashminster Children's Services", "", None)
    authority.salutation, authority.mobile = "Children's Services", ""
    authority.email = f"team{len(school.contacts)}.children@example.org"
    authority.phone = school.number()
    authority.address_1, authority.town, authority.postcode = "Civic Centre", "Ashminster", "AM1 1AA"
    authority.household = f"authority-{len(school.contacts)}"
    child = made.children[0]
    foster = school.link(child, carer, "FOM", 1, "yes", "no")
    foster.contract_signatory = "no"
    school.link(child, authority, "SWR", 2, "no", "yes").emergency_contact = "no"


def twins(school: School) -> None:
    """Two classes of one year."""
    pool = school.pool()
    made = Home(pool, school.random.choice(pool.surnames), school.address(), "", [])
    one, two = [place for place in school.classes if place[1] == "1"][:2]
    names = school.random.sample(pool.children, 2)
    made.children = [
        school.child(names[0], made.surname, one),
        school.child(names[1], made.surname, two),
    ]
    mother(school, made)
    father(school, made)


def half_siblings(school: School) -> None:
    """One mother, two fathers who each may hear of their own child alone."""
    made = home(school, 2)
    elder, younger = made.children
    mother(school, made)
    for child, lives, address in ((elder, "no", school.address()), (younger, "yes", made.address)):
        pool = school.pool()
        surname = school.random.choice(pool.surnames)
        parent = school.adult(school.random.choice(pool.men), surname, "Mr", address)
        school.link(child, parent, "PAF", 2, lives, "yes")
        if lives == "no":
            child.surname = surname
            school.arrange("copy", parent, child, from_="2025-10-13")


def paper(school: School) -> None:
    made = home(school)
    asked = mother(school, made)
    father(school, made)
    school.arrange("paper", asked, from_="2025-01-13")


def large_print(school: School) -> None:
    made = home(school, 1)
    asked = mother(school, made)
    asked.email = ""
    school.arrange("large-print", asked, from_="2025-09-15")
    school.arrange("paper", asked, from_="2025-09-15")


def interpreter(school: School) -> None:
    made = home(school)
    asked = mother(school, made)
    asked.language = asked.language or "ti"
    school.arrange("interpreter", asked, from_="2025-09-02")


def unsubscribed(school: School) -> None:
    made = home(school)
    school.arrange("unsubscribe", mother(school, made), from_="2026-03-16")


def marketing(school: School) -> None:
    made = home(school)
    school.arrange("marketing-consent", mother(school, made), from_="2026-09-14", evidence="Form of 14 September 2026")


def new_baby_home(school: School) -> None:
    """Responsibility of the second parent was never asked."""
    made, _, _ = apart(school, 1)
    school.links[-1].parental_responsibility = "unknown"
    school.links[-1].contract_signatory = "no"
    made.children[0].groups = ""


def prospective(school: School) -> None:
    made = home(school, 1)
    child = made.children[0]
    child.class_, child.year, child.admitted_on, child.groups = *school.classes[0], "2027-09-02", ""
    mother(school, made)


def left(school: School) -> None:
    made = home(school, 1)
    made.children[0].admitted_on, made.children[0].left_on = "2024-09-04", "2026-07-17"
    mother(school, made)
    father(school, made)


def only_one_signed(school: School) -> None:
    """Parents apart, of whom one has signed the parent contract (H28)."""
    apart(school)
    contact = school.links[-1].contact_id
    for link in school.links:
        if link.contact_id == contact:
            link.contract_signatory = "no"


def consent_for_unsigned(school: School) -> None:
    """The other has agreed in writing (H29)."""
    made, first, second = apart(school, 1)
    school.links[-1].contract_signatory = "no"
    school.arrange("consent", second, made.children[0], value=first.contact_id, from_="2026-09-14",
                   evidence="Letter of 11 September 2026")  # fmt: skip


def _flag(school: School, contact: Contact) -> None:
    for link in school.links:
        if link.contact_id == contact.contact_id:
            link.court_order = "yes"


Case = Callable[[School], None]
