"""What a segment says when it cannot be answered."""

from collections.abc import Sequence


class SegmentError(ValueError):
    """A segment that asks for nothing, or for what no longer exists: `sentences` say what.

    Whoever uses a segment must stop there: read as « nobody » where it keeps people out, it would
    let them all in.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        super().__init__(" ".join(sentences))
        self.sentences = tuple(sentences)
