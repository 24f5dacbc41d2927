"""NOUNS: the tables. They hold state and no behaviour beyond a property."""

from sqlalchemy.orm import configure_mappers

from models.alert import Alert
from models.deploy import Deploy
from models.drill import Drill
from models.event import Event
from models.incident import Incident
from models.insider import Insider
from models.maintenance import Maintenance
from models.on_call import CoverRequest, OnCallOverride
from models.page import Notice, Page
from models.postmortem import Postmortem
from models.role import RoleAssignment
from models.runbook import RunbookRun
from models.spine import Brake, Delivery, Wake
from models.update import StatusUpdate
from models.work import ActionItem, Task
from models.workspace import AppHome, Fact, Person

__all__ = [
    "ActionItem",
    "Alert",
    "AppHome",
    "Brake",
    "CoverRequest",
    "Delivery",
    "Deploy",
    "Drill",
    "Event",
    "Fact",
    "Incident",
    "Insider",
    "Maintenance",
    "Notice",
    "OnCallOverride",
    "Page",
    "Person",
    "Postmortem",
    "RoleAssignment",
    "RunbookRun",
    "StatusUpdate",
    "Task",
    "Wake",
]

configure_mappers()  # for rows that are made without a session, which would do it
