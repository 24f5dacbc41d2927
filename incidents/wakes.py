"""What falls due and belongs to no incident: the morning's digest, and the end of a maintenance."""

from incidents import alerts, digest, maintenance
from incidents.core import Core


def is_known(subject: str) -> bool:
    """Is there anything that can be fired for it?"""
    return subject == digest.SUBJECT or maintenance.is_subject(subject)


def fire(core: Core, subject: str) -> int:
    """Do what is due, and set the wake to when it is due next; how much was done. Done again it changes nothing."""
    if subject == digest.SUBJECT:
        return digest.fire(core)
    if not maintenance.close(core, subject):
        return 0
    released = alerts.release(core)
    maintenance.done(core, subject)
    return released
