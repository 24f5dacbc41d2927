"""Who is behind an e-mail address of the config, as far as Slack has said so."""

from sqlmodel import Session, func, select

from models import Person


def known(session: Session, person: str) -> str:
    """The id of a person where it is known, so that Slack names them and rings; else what they were named by."""
    if "@" not in person:
        return person
    return session.exec(select(Person.id).where(func.lower(Person.email) == person.lower())).first() or person
