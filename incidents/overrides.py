"""The overrides of on-call rotations that people have set."""

from datetime import datetime

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from incidents.rules.on_call import Override
from models import OnCallOverride


def overrides(session: Session, at: datetime) -> tuple[Override, ...]:
    """Those that are in force at that moment or later, the one that was set last behind the others."""
    rows = session.exec(_AHEAD, params={"at": at}).all()
    return tuple(Override(row.rotation, row.person, row.starts_at, row.ends_at) for row in rows)


_AHEAD = (  # built once: putting it together takes longer than running it
    select(OnCallOverride)
    .where(col(OnCallOverride.undone_at).is_(None), OnCallOverride.ends_at > bindparam("at"))
    .order_by(col(OnCallOverride.id))
)
