"""Which way out the settings choose."""

from pathlib import Path

from crm.config import MailSettings
from crm.mail.gateways.file import FileGateway
from crm.mail.gateways.sendgrid import SendGridGateway
from crm.mail.gateways.smtp import SmtpGateway
from crm.mail.gateways.types import Gateway

_FOLDER = "messages"


def message_folder(data_directory: Path) -> Path:
    """Return the folder that messages go to where no relay is set."""
    return data_directory / _FOLDER


def choose_gateway(settings: MailSettings, data_directory: Path) -> Gateway:
    """Return the relay of the settings; without one, a folder: nothing leaves the machine."""
    if settings.gateway == "smtp":
        return SmtpGateway(settings)
    if settings.gateway == "sendgrid":
        return SendGridGateway(settings)
    return FileGateway(message_folder(data_directory))
