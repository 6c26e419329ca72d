"""Which way out the settings choose."""

from importlib import import_module
from pathlib import Path

from crm.config import MailSettings
from crm.mail.gateways.file import FileGateway
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
        # Its library weighs 3 MB: those who send otherwise do not carry it.
        gateway: Gateway = import_module("crm.mail.gateways.sendgrid").SendGridGateway(settings)
        return gateway
    return FileGateway(message_folder(data_directory))
