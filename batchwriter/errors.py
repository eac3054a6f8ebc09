"""The root of our own errors. What a caller may be told stands in ``message``."""


class BatchwriterError(Exception):
    """Something that can be said to the person or program that asked.

    ``code`` is the stable word of the API's error shape, ``status`` the HTTP status that goes
    with it, ``message`` a sentence. Subclasses set the first two.
    """

    code = "error"
    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidTransition(BatchwriterError):
    """The job is in a state that does not allow what was asked."""

    code = "invalid_transition"
    status = 409


class Gone(BatchwriterError):
    """What was asked for is not there any more."""

    code = "not_found"
    status = 404


class IdempotencyConflict(BatchwriterError):
    """The idempotency key was already used with another body."""

    code = "idempotency_conflict"
    status = 409


class InvalidInput(BatchwriterError):
    """A value is wrong; ``fields`` maps the path of each wrong value to its sentences."""

    code = "validation_error"
    status = 400

    def __init__(self, fields: dict[str, list[str]]) -> None:
        super().__init__("; ".join(text for texts in fields.values() for text in texts))
        self.fields = fields
