"""The directory of town halls: sent as a file, and what it says otherwise than the records."""

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from crm.campaigns.bulk import DIRECTORY_ACTIONS
from crm.campaigns.directory.importing import import_directory
from crm.campaigns.directory.types import Report
from crm.campaigns.forms import DirectoryForm
from crm.campaigns.listings import directory_list, narrow_directory
from crm.campaigns.presentation import directory_facts
from crm.campaigns.views.blueprint import directory
from crm.core.errors import N_, RuleError
from crm.database import db
from crm.history.addresses import undo_link
from crm.history.bulk import Bulk, answer_bulk
from crm.web.access import Permission, allow
from crm.web.exports import send_rows
from crm.web.list_columns import exported_columns
from crm.web.lists import Listing
from crm.web.requests import done
from crm.web.uploads import takes_files

MOST_DIRECTORY_BYTES = 256 * 1024 * 1024
_BULK = Bulk(
    N_("Prendre les coordonnées de l’annuaire"),
    directory_list,
    narrow_directory,
    DIRECTORY_ACTIONS,
)


@directory.get("")
@allow(Permission.IMPORT)
def index() -> str:
    """Show what the directory says otherwise than the records, and where to send a newer one."""
    return _page(DirectoryForm(formdata=None))


@directory.post("")
@allow(Permission.IMPORT)
@takes_files(MOST_DIRECTORY_BYTES)
def receive() -> ResponseReturnValue:
    """Read a directory: what the records lack is filled in, what differs is shown."""
    form = DirectoryForm()
    if not form.validate():
        return _page(form), 422
    try:
        report = import_directory(form.file.data.stream)
    except RuleError as error:
        form.show(error)
        return _page(form), 422
    undo = None
    if report.change_set_id:
        undo = undo_link(report.change_set_id)
    return done(_told(report), url_for(".index"), undo_url=undo, halls=report.town_halls,
                filled=report.filled, outside=report.outside, wrong=report.wrong)  # fmt: skip


def _told(report: Report) -> str:
    if report.wrong:
        return N_(
            "Mairies lues : %(halls)s, dont %(outside)s hors du territoire. Coordonnées complétées"
            " : %(filled)s. Illisibles : %(wrong)s."
        )
    return N_(
        "Mairies lues : %(halls)s, dont %(outside)s hors du territoire. Coordonnées complétées :"
        " %(filled)s."
    )


@directory.get("/export.<any(csv, xlsx):extension>")
@allow(Permission.EXPORT)
def export(extension: str) -> Response:
    """Send what differs, as narrowed by the URL."""
    session = db.session()
    listing = Listing(directory_list(request.args), request.args)
    rows = listing.all_rows(session, narrow_directory(session, listing))
    columns = exported_columns(listing.definition, listing.shown)
    return send_rows("annuaire-mairies", rows, extension, columns)


@directory.post("/lot")
@allow(Permission.IMPORT)
def bulk() -> ResponseReturnValue:
    """Let the records chosen say what the directory says."""
    return answer_bulk(_BULK)


def _page(form: DirectoryForm) -> str:
    session = db.session()
    listing = Listing(directory_list(request.args), request.args)
    listing.fill(session, narrow_directory(session, listing))
    return render_template(
        "campaigns/directory.html", form=form, listing=listing, **directory_facts(session)
    )
