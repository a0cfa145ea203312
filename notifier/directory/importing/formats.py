"""The columns of OneRoster 1.1 and 1.2 (1EdTech CSV tables; SCHOOL 4a) and what its words mean here."""

from collections.abc import Mapping

HEAD = ("sourcedId", "status", "dateLastModified")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "manifest.csv": ("propertyName", "value"),
    "orgs.csv": (*HEAD, "name", "type", "identifier", "parentSourcedId"),
    "academicSessions.csv": (*HEAD, "title", "type", "startDate", "endDate", "parentSourcedId", "schoolYear"),
    "classes.csv": (
        *(*HEAD, "title", "grades", "courseSourcedId", "classCode", "classType", "location"),
        *("schoolSourcedId", "termSourcedIds", "subjects", "subjectCodes", "periods"),
    ),
    "enrollments.csv": (
        *(*HEAD, "classSourcedId", "schoolSourcedId", "userSourcedId", "role", "primary", "beginDate", "endDate"),
    ),
    "roles.csv": (
        *(*HEAD, "userSourcedId", "roleType", "role", "beginDate", "endDate", "orgSourcedId", "userProfileSourcedId"),
    ),
    "users.csv": (
        *(*HEAD, "enabledUser", "orgSourcedIds", "role", "username", "userIds", "givenName", "familyName"),
        *("middleName", "identifier", "email", "sms", "phone", "agentSourcedIds", "grades", "password"),
        *("userMasterIdentifier", "preferredGivenName", "preferredMiddleName", "preferredFamilyName"),
        *("primaryOrgSourcedId", "pronouns"),
    ),
}

NEEDED: Mapping[str, tuple[str, ...]] = {
    "users.csv": ("sourcedId", "givenName", "familyName", "agentSourcedIds"),
    "classes.csv": ("sourcedId", "title"),
    "enrollments.csv": ("classSourcedId", "userSourcedId", "role"),
    "roles.csv": ("userSourcedId", "role"),
}
"""Tables and columns without which nobody can be told apart or linked; ``role`` of users.csv only in 1.1."""

RELATIONSHIPS: Mapping[str, str] = {"parent": "OTH", "guardian": "CAR", "relative": "REL"}
"""Roles of adults as codes. A parent stays "other contact": OneRoster does not say mother or father, and nobody
guesses it. None of the codes gives or takes anything; a code that the school wrote itself is kept."""


def split(cell: str) -> tuple[str, ...]:
    """The parts of a list in one cell, between commas."""
    return tuple(part for part in (piece.strip() for piece in cell.replace(";", ",").split(",")) if part)
