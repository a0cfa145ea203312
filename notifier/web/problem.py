"""The one failure of the listener that a person is told of."""


class ListenProblem(Exception):
    """The address cannot be listened on; ``sentence`` says so to a person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence
