"""What falls due and belongs to no incident: the morning's digest, the end of a maintenance, what is deployed, and a shift that
nobody has said they cover."""

from incidents import alerts, deploys, digest, maintenance, on_call
from incidents.core import Core


def is_known(subject: str) -> bool:
    """Is there anything that can be fired for it?"""
    return subject in (digest.SUBJECT, deploys.SUBJECT) or maintenance.is_subject(subject) or on_call.is_subject(subject)


def fire(core: Core, subject: str) -> int:
    """Do what is due, and set the wake to when it is due next; how much was done. Done again it changes nothing."""
    if subject == digest.SUBJECT:
        return digest.fire(core)
    if subject == deploys.SUBJECT:
        return deploys.fire(core)
    if on_call.is_subject(subject):
        return on_call.remind(core, subject)
    if not maintenance.close(core, subject):
        return 0
    released, all_of_it = alerts.release(core)
    if all_of_it:  # else it goes on with the clock's next look
        maintenance.done(core, subject)
    return released
