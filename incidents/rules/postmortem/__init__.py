"""The postmortem: an incident's record told section by section, with what only people know left to them (PRODUCT §11).

Values in, a document out. The document holds people's words as they typed them, names in place of ids, and beside each
claim the link to the message it came from; how that is written down, and escaped, is for `incidents/exports/`.
"""

from incidents.rules.postmortem.account import contributing, impact, root_cause, summary, timeline
from incidents.rules.postmortem.document import Document
from incidents.rules.postmortem.drill import drill_score
from incidents.rules.postmortem.follow_up import action_items
from incidents.rules.postmortem.header import header, notice
from incidents.rules.postmortem.lessons import went_poorly, went_well
from incidents.rules.postmortem.record import Record
from incidents.rules.postmortem.response import response
from incidents.rules.postmortem.roles import people
from incidents.rules.postmortem.story import Story, section


def build(record: Record) -> Document:
    """The draft: every section of PRODUCT §11 in its order, the same document for the same record.

    Every headline of the record stands in the timeline exactly once. Where a claim came from a message with a link,
    the link is beside it. What the record cannot know is a Todo for the commander, else for whoever declared it.
    """
    story = Story(record)
    return Document(
        key=record.key if record.drill is None else f"DRILL {record.key}",
        title=story.said(record.title),
        notice=notice(story),
        header=header(story),
        sections=(
            *drill_score(story),
            summary(story),
            impact(story),
            timeline(story),
            root_cause(story),
            contributing(story),
            went_well(story),
            went_poorly(story),
            section(story, "lucky", "Where we got lucky", [], "What could have made this worse, and did not by chance?"),
            action_items(story),
            section(story, "lessons", "Lessons learned", [], "What do we know now that we did not know before?"),
            response(story),
            people(story),
        ),
    )


# --- How it is told ---------------------------------------------------------------------------------------------------
