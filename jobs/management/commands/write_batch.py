"""``manage.py write_batch``: make a job from a file of keywords and follow it to its end."""

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from accounts.models import User
from articles.writing.brief import LANGUAGES, LENGTHS, OUTLINE_OPTIONS, TONES
from batchwriter.errors import BatchwriterError, InvalidInput
from jobs import lifecycle, submission
from jobs.models import BatchJob
from jobs.status import FINISHED, JobStatus

BAR_WIDTH = 30
LOOK_SECONDS = 0.5


class Command(BaseCommand):
    """Parses and follows; ``jobs.lifecycle`` makes the job, a worker writes it."""

    help = "Write an article for each keyword of a file (one a line; - reads standard input)."

    def add_arguments(self, parser: CommandParser) -> None:
        """The file, whose job it is, and the job's settings."""
        parser.add_argument("file", help="Path of a text file in UTF-8, or -.")
        parser.add_argument("--user", required=True, help="Name of the user who pays.")
        parser.add_argument("--model", required=True, help="Id or label of a model on offer.")
        parser.add_argument("--language", choices=list(LANGUAGES), default="vi")
        parser.add_argument("--tone", choices=list(TONES), default="professional")
        parser.add_argument("--length", choices=list(LENGTHS), default="medium")
        parser.add_argument("--outline-option", choices=list(OUTLINE_OPTIONS), default=None)
        parser.add_argument("--custom-outline", metavar="FILE", help="File with the outline.")
        parser.add_argument("--website-id", type=int)
        parser.add_argument("--no-follow", action="store_true", help="Make the job and return.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the job; exit 1 where it ends without all its articles."""
        job = self._create(options)
        self.stdout.write(f"Job {job.pk}: {job.total_items} keywords")
        if options["no_follow"]:
            return
        job = self._follow(job.pk)
        self.stdout.write(self._result(job))
        if job.status != JobStatus.COMPLETED or job.failed_items:
            raise SystemExit(1)

    def _create(self, options: dict[str, Any]) -> BatchJob:
        try:
            user = User.objects.get_by_natural_key(options["user"])
        except User.DoesNotExist as error:
            raise CommandError(f"There is no user named {options['user']!r}.") from error
        outline = _read(options["custom_outline"]) if options["custom_outline"] else None
        option = options["outline_option"] or ("custom-outline" if outline else "no-outline")
        settings = {
            "model": options["model"],
            "language": options["language"],
            "tone": options["tone"],
            "length": options["length"],
            "outlineOption": option,
            "customOutline": outline,
            "websiteId": options["website_id"],
        }
        try:
            with translation.override("en"):
                checked = submission.parse(user, _read(options["file"]), settings)
                return lifecycle.create(user, checked)[0]
        except InvalidInput as error:
            lines = [f"{path}: {' '.join(texts)}" for path, texts in error.fields.items()]
            raise CommandError("\n".join(lines)) from error
        except BatchwriterError as error:
            raise CommandError(error.message) from error

    def _follow(self, job_id: int) -> BatchJob:
        """Show progress until the job ends or stands still for a reason."""
        while True:
            job = BatchJob.objects.get(pk=job_id)
            self._draw(job)
            if job.status in FINISHED or job.status == JobStatus.PAUSED:
                return job
            time.sleep(LOOK_SECONDS)

    def _draw(self, job: BatchJob) -> None:
        if not self.stdout.isatty():
            return
        settled = job.completed_items + job.failed_items
        filled = BAR_WIDTH * settled // job.total_items
        bar = "#" * filled + "-" * (BAR_WIDTH - filled)
        end = "\n" if job.status in FINISHED else "\r"
        self.stdout.write(
            f"[{bar}] {settled}/{job.total_items} {job.tokens_used} tokens", ending=end
        )
        self.stdout.flush()

    def _result(self, job: BatchJob) -> str:
        reason = f" ({job.error_message})" if job.error_message else ""
        return (
            f"Job {job.pk} is {job.status}{reason}: {job.completed_items} written,"
            f" {job.failed_items} failed, {job.tokens_used} tokens"
        )


def _read(name: str) -> str:
    try:
        if name == "-":
            return sys.stdin.read()
        return Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read: {error}") from error
