"""Sessions in the database, whose errors stay what they are."""

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import Error

from batchwriter import database


class SessionStore(db.SessionStore):
    """Django's own takes any error while saving for a session that was deleted meanwhile.

    A conflict or a lost connection is repeated or told here, so that nobody is logged out by it.
    """

    def save(self, must_create: bool = False) -> None:
        """Write the session, again after a conflict. Raises UpdateError where it is gone."""
        save = super().save

        def step() -> None:
            try:
                save(must_create)
            except UpdateError as error:
                cause = error.__context__
                if isinstance(cause, Error) and database.is_away(cause):
                    raise cause from None
                raise

        database.in_transaction(step)

    @classmethod
    def get_model_class(cls) -> type:
        """The table that Django has made."""
        return db.SessionStore.get_model_class()
