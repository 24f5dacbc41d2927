"""What is to do: tasks now, actions afterwards."""

from datetime import date

from incidents.events.happened import Happened
from incidents.phrase import Phrase, Who, phrase


class TaskAdded(Happened):
    """`automated`: a rule of the config added it, which is said with the rule."""

    kind = "task.added"
    task_id: int
    text: str
    owner: str | None = None
    automated: bool = False

    def sentence(self, by: str | None) -> Phrase:
        if self.automated:
            return phrase("A task, by the config: {text}", text=self.text)
        if self.owner == by:
            return phrase("{by} took a task: {text}", by=Who(by), text=self.text)
        if self.owner:
            return phrase("{by} gave {owner} a task: {text}", by=Who(by), owner=Who(self.owner), text=self.text)
        return phrase("{by} added a task: {text}", by=Who(by), text=self.text)


class TaskDone(Happened):
    kind = "task.done"
    task_id: int
    text: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} finished a task: {text}", by=Who(by), text=self.text)


class ActionAdded(Happened):
    kind = "action.added"
    action_id: int
    text: str
    owner: str | None = None
    due_on: date | None = None

    def sentence(self, by: str | None) -> Phrase:
        owner = " for {owner}" if self.owner else ""
        due = " by {due}" if self.due_on else ""
        return phrase(
            f"{{by}} added an action item{owner}{due}: {{text}}",
            by=Who(by),
            owner=Who(self.owner),
            due=self.due_on.isoformat() if self.due_on else "",
            text=self.text,
        )


class ActionDone(Happened):
    kind = "action.done"
    action_id: int
    text: str

    def sentence(self, by: str | None) -> Phrase:
        return phrase("{by} finished an action item: {text}", by=Who(by), text=self.text)
