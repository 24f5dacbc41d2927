"""Who is behind an e-mail address of the config, as far as Slack has said so."""

from sqlmodel import Session, col, func, select

from models import Person


def known(session: Session, person: str) -> str:
    """The id of a person where it is known, so that Slack names them and rings; else what they were named by. Of two who had
    the same address, one after the other, it is whoever was heard of last."""
    if "@" not in person:
        return person
    theirs = select(Person.id).where(func.lower(Person.email) == person.lower())
    return session.exec(theirs.order_by(col(Person.fetched_at).desc())).first() or person
