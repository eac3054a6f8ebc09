#!/usr/bin/env python
"""Django's command line, with configuration errors told in one sentence."""

import importlib
import os
import sys


def main() -> None:
    """Run the command in ``sys.argv``; exit 2 with a sentence where the configuration is wrong."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "batchwriter.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        # Django's own runner hides a settings error from some commands until much later.
        importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"Configuration error: {error}")


if __name__ == "__main__":
    main()
