"""What `wiring` says of the work that comes back by itself: a part of the table of contents."""

from crm.accounts.objections import closed_account
from crm.attachments.jobs import ERASE_ORPHANS
from crm.duplicates.jobs import FIND_DUPLICATES
from crm.history.jobs import PURGE_TRASH
from crm.imports.background import take_over
from crm.imports.jobs import ERASE_FILES
from crm.jobs.message_files import ERASE_MESSAGE_FILES
from crm.jobs.registry import add_chore, add_job
from crm.jobs.statistics import LEARN_STATISTICS
from crm.mail.outbox import OUTBOX, write_outbox_message
from crm.mail.receiving import read_mailbox
from crm.mail.writers import object_by, write_by
from crm.reminders.funding_sections import closing_calls_section, reports_section
from crm.reminders.jobs import remind
from crm.reminders.registry import add_section
from crm.reminders.sections import SECTIONS

JOBS = (
    PURGE_TRASH,
    ERASE_FILES,
    ERASE_MESSAGE_FILES,
    ERASE_ORPHANS,
    FIND_DUPLICATES,
    LEARN_STATISTICS,
)
CHORES = (remind, take_over, read_mailbox)


def connect_work() -> None:
    """Let the scheduler know its work, and the ledger who writes and who holds back."""
    for job in JOBS:
        add_job(job)
    for chore in CHORES:
        add_chore(chore)
    for section in (*SECTIONS, closing_calls_section, reports_section):
        add_section(section)
    write_by(OUTBOX, write_outbox_message)
    object_by(closed_account)
