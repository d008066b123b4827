"""What the web server answers when it cannot do what a request asks."""

from __future__ import annotations


class WebError(Exception):
    """A request that ends here: the HTTP status and the sentence that people read."""

    def __init__(self, status: int, sentence: str) -> None:
        self.status = status
        self.sentence = sentence
        super().__init__(sentence)


class NoSession(WebError):
    """Nobody is signed in."""

    def __init__(self) -> None:
        super().__init__(401, "Your session has ended. Reload the page; what you typed is kept.")


class TooLarge(WebError):
    """A request is larger than we take."""

    def __init__(self, sentence: str) -> None:
        super().__init__(413, sentence)


class TooSlow(WebError):
    """A request takes too long to arrive."""

    def __init__(self) -> None:
        super().__init__(408, "This took too long to arrive. Send smaller copies, or fewer pictures at once.")


class TooOften(WebError):
    """Somebody asks more than any page would."""

    def __init__(self) -> None:
        super().__init__(429, "That is a little too often. Wait a few seconds.")


class Malformed(WebError):
    """A request that our page would not send."""

    def __init__(self) -> None:
        super().__init__(400, "This request could not be read. Reload the page and try again.")
