"""``manage.py operator_groups``: the groups of operators, each with the least that it needs."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Q

OURS = ("accounts", "articles", "jobs")
LOOK = Q(content_type__app_label__in=OURS, codename__startswith="view_")
GROUPS = {
    # Looks at everything of users, and pauses, resumes and cancels jobs.
    "support": LOOK | Q(codename="change_batchjob"),
    # Looks too, and grants tokens and articles.
    "finance": LOOK | Q(codename="add_tokenentry"),
    # Everything in our applications, and the history of log-ins; rights are a superuser's to give.
    "admin": Q(content_type__app_label__in=OURS)
    | Q(content_type__app_label__in=("axes", "admin"), codename__startswith="view_"),
}


class Command(BaseCommand):
    """Makes the groups, and sets their permissions to what stands here."""

    help = "Make the groups support, finance and admin, or set them back to their permissions."

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Make them, and print what each may."""
        for name, wanted in GROUPS.items():
            group, _made = Group.objects.get_or_create(name=name)
            permissions = Permission.objects.filter(wanted)
            group.permissions.set(permissions)
            self.stdout.write(f"{name}: {permissions.count()} permissions")
