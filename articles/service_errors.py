"""Why a search or image service gave nothing."""

from batchwriter.errors import BatchwriterError

SENTENCES = {
    "not_configured": "the service is not set up on a worker",
    "rate_limited": "the service's rate limit was reached",
    "quota_exhausted": "the service's quota is used up",
    "key_refused": "the service refuses the key",
    "timeout": "the service did not answer in time",
    "unreachable": "the service could not be reached",
    "server_error": "the service had an error",
    "invalid_answer": "the service sent something that is not an answer",
    "refused": "the service does not accept the request",
    "no_result": "nothing was found",
    "broken_picture": "what was found could not be used",
}


class ServiceError(BatchwriterError):
    """A call that came to nothing; ``code`` is one of SENTENCES."""

    def __init__(self, code: str, *, retry_after: float | None = None) -> None:
        super().__init__(SENTENCES[code])
        self.code = code
        self.retry_after = retry_after
