"""What each app asks of a person, joined."""

import applications.rules
import inspections.rules
import results.rules

PRESSING_FIRST = ["red", "amber", "blue"]


def todos(user, campaign, at):
    """Everything left to do for this person in the campaign, the pressing first."""
    found = [todo for app in (applications.rules, inspections.rules, results.rules) for todo in app.todos(user, campaign, at)]
    return sorted(found, key=lambda todo: PRESSING_FIRST.index(todo.urgency))
