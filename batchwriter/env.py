"""Reading the environment: an empty value is unset, a wrong one is refused with a sentence."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASE_SCHEMES = ("sqlite", "mysql")
SEVERAL_HOSTS_ENGINE = "batchwriter.mysql"
MYSQL_PORT = 3306
RATE = re.compile(r"^[1-9][0-9]*/(s|sec|m|min|h|hour|d|day)$")


class Env:
    """Typed access to environment variables; each method names the variable in its error."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._variables = variables

    @classmethod
    def load(cls, dotenv: Path) -> "Env":
        """Read ``dotenv`` where it exists; what the process already has in its environment wins."""
        if dotenv.is_file():
            environ.Env.read_env(str(dotenv), overwrite=False)
        return cls(os.environ)

    def text(self, name: str, default: str = "") -> str:
        """The value without surrounding blanks, or ``default`` where it is missing or empty.

        ``NAME_FILE`` names a file that holds the value: that is how platforms hand out secrets.
        """
        value = self._variables.get(name, "").strip()
        file = self._variables.get(f"{name}_FILE", "").strip()
        if value and file:
            raise ImproperlyConfigured(f"Set {name} or {name}_FILE, not both.")
        return value or (_content(name, file) if file else "") or default

    def switch(self, name: str, *, default: bool) -> bool:
        """``1`` is on, ``0`` is off."""
        value = self.text(name, "1" if default else "0")
        if value not in ("0", "1"):
            raise ImproperlyConfigured(f"{name} must be 1 (on) or 0 (off), not {value!r}.")
        return value == "1"

    def choice(self, name: str, default: str, *choices: str) -> str:
        """One of ``choices``."""
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(
                f"{name} must be {' or '.join(filter(None, choices))}, not {value!r}."
            )
        return value

    def integer(self, name: str, default: int, *, least: int = 1) -> int:
        """A whole number that is at least ``least``."""
        value = self.text(name, str(default))
        try:
            number = int(value)
        except ValueError:
            number = least - 1
        if number < least:
            raise ImproperlyConfigured(
                f"{name} must be a whole number of at least {least}, not {value!r}."
            )
        return number

    def seconds(self, name: str, default: float, *, least: float = 0.0) -> float:
        """A number of seconds, fractions allowed, that is at least ``least``."""
        value = self.text(name, str(default))
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if not least <= number < 10**9:
            raise ImproperlyConfigured(
                f"{name} must be a number of seconds of at least {least:g}, not {value!r}."
            )
        return number

    def words(self, name: str) -> list[str]:
        """A comma-separated list; blanks around the parts and empty parts are dropped."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def rate(self, name: str, default: str) -> str | None:
        """A throttle such as ``30/min``; ``off`` gives None, which switches it off."""
        value = self.text(name, default)
        if value.lower() == "off":
            return None
        if not RATE.match(value):
            raise ImproperlyConfigured(f"{name} must look like 30/min, or be off, not {value!r}.")
        return value

    def base_url(self, name: str) -> str:
        """The address of a server, or an empty string for the vendor's own."""
        value = self.text(name)
        if value and urlsplit(value).scheme not in ("http", "https"):
            raise ImproperlyConfigured(
                f"{name} must begin with http:// or https://, not {value!r}."
            )
        return value.rstrip("/")

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Django's settings for the database that the URL in ``name`` points at.

        A MariaDB URL may have several hosts, ``host:port,host:port``, to be tried in that order.
        """
        url = self.text(name, default)
        if url.split(":", 1)[0] not in DATABASE_SCHEMES:
            raise ImproperlyConfigured(
                f"{name} must begin with mysql:// (MariaDB or MySQL) or sqlite:///."
            )
        try:
            first, hosts = _hosts(url)
            config = dict(environ.Env.db_url_config(first))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} cannot be read: {error}.") from error
        if not config.get("NAME"):
            raise ImproperlyConfigured(f"{name} names no database: add it after the last slash.")
        if len(hosts) > 1:
            config |= {"ENGINE": SEVERAL_HOSTS_ENGINE, "HOSTS": hosts}
        return config

    def email(self, name: str) -> dict[str, Any]:
        """Django's e-mail settings; without a URL, messages are printed to the console."""
        try:
            return dict(environ.Env.email_url_config(self.text(name, "consolemail://")))
        except (ImproperlyConfigured, ValueError) as error:
            raise ImproperlyConfigured(
                f"{name} must look like smtp+tls://user:password@host:587 ({error})."
            ) from error


def _content(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured(f"{name}_FILE names a file that cannot be read.") from error


def _hosts(url: str) -> tuple[str, list[tuple[str, int]]]:
    """``url`` with the first of its hosts alone, and all of them with their ports."""
    parts = urlsplit(url)
    account, at, places = parts.netloc.rpartition("@")
    urls = [parts._replace(netloc=f"{account}{at}{place}") for place in places.split(",")]
    if len(urls) == 1:
        return url, []
    hosts = [(one.hostname or "", one.port or MYSQL_PORT) for one in urls]
    if not all(host for host, _ in hosts):
        raise ValueError("a host is empty")
    return urls[0].geturl(), hosts
