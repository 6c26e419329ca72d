"""The daily look at how much each table holds: SQLite plans by it, and never looks by itself."""

from datetime import datetime

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.jobs.registry import Job
from crm.jobs.results import told


def _learn(session: Session, _now: datetime) -> str:
    connection = session.connection()
    if connection.dialect.name != "sqlite":
        return told(N_("PostgreSQL s’en charge lui-même."))
    connection.exec_driver_sql("ANALYZE")
    return told(N_("La base est mesurée."))


LEARN_STATISTICS = Job("learn-statistics", _learn, N_("Mesure de la base, pour y lire plus vite"))
