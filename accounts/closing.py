"""What keeps the people of a unit from being moved away when it is merged: only apps on the right know what they still have to do there.

An app registers a rule, in a file that its `apps.py` imports:

    @closing.rule
    def unfinished_problems(unit, at):
        return [Problem(…)]
"""

_rules = []


def rule(ask):
    _rules.append(ask)
    return ask


def moving_problems(unit, at):
    """Of every app, in the order of the apps."""
    return [problem for ask in _rules for problem in ask(unit, at)]
