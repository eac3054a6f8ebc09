"""Makes people and jobs from inside the product, many in one process.

``python -m tests.chaos.inside people|jobs``: reads a list as JSON from standard input, writes a
list as JSON to standard output.
"""

import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

# The one that knows sessions.
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def person(wanted: dict[str, Any]) -> dict[str, Any]:
    """Make a user with a balance; returns the id and what a client needs to be let in."""
    from django.test import Client
    from rest_framework_simplejwt.tokens import AccessToken

    from accounts import ledger
    from accounts.models import User

    make = User.objects.create_superuser if wanted["operator"] else User.objects.create_user
    user = make(wanted["name"])
    if wanted["tokens"]:
        ledger.grant(user, wanted["tokens"])
    User.objects.filter(pk=user.pk).update(article_limit=wanted["articles"])
    access = AccessToken.for_user(user)
    access.set_exp(lifetime=timedelta(days=1))
    browser = Client()
    browser.force_login(user, backend=BACKEND)
    return {
        "id": user.pk,
        "name": user.username,
        "access": str(access),
        "session": browser.cookies["sessionid"].value,
    }


def job(wanted: dict[str, Any]) -> int:
    """Make a job for the user of that id; returns its id."""
    from accounts.models import User
    from jobs import lifecycle, submission

    user = User.objects.get(pk=wanted["user"])
    checked = submission.parse(user, wanted["keywords"], wanted["settings"])
    return int(lifecycle.create(user, checked)[0].pk)


MAKERS: dict[str, Callable[[dict[str, Any]], Any]] = {"people": person, "jobs": job}


def main() -> None:
    """Make what the command line names."""
    import django

    django.setup()
    make = MAKERS[sys.argv[1]]
    json.dump([make(wanted) for wanted in json.load(sys.stdin)], sys.stdout)


if __name__ == "__main__":
    main()
