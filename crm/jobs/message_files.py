"""The daily tidying of messages: links that expired, and the folder used where no relay is set."""

from datetime import datetime

from flask import current_app
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.core.errors import N_
from crm.database import transaction
from crm.jobs.registry import Job
from crm.jobs.results import told
from crm.mail.gateways.choice import message_folder
from crm.mail.gateways.file import KEPT_FOR, FileGateway
from crm.mail.outbox import purge_expired


def _erase(_session: Session, now: datetime) -> str:
    with transaction() as session:
        purge_expired(session)
    settings: Settings = current_app.config["SETTINGS"]
    gateway = FileGateway(message_folder(settings.data_directory))
    return told(N_("Effacés : %(count)s"), count=gateway.erase_older_than(now - KEPT_FOR))


ERASE_MESSAGE_FILES = Job(
    "erase-message-files",
    _erase,
    N_("Effacer les messages déposés depuis 30 jours et les liens expirés"),
    is_long=True,  # files are erased with no transaction open
)
