"""What is said of a file that is not what it should be."""

REFUSED = 3  # the exit code that comes with a reason


class Rejected(Exception):
    """Why a file is not what it should be: a word that `uploads.SENTENCES` turns into a sentence.

    `wrote`: what a child that was stopped had answered by then.
    """

    def __init__(self, reason, wrote=b"", **facts):
        super().__init__(reason)
        self.reason, self.wrote, self.facts = reason, wrote, facts
