"""What is different on a Galera cluster, where every node takes writes.

Nodes know nothing of one another's locks. What a transaction has only locked, another may change
on another node at the same time; of two that *write* the same row, the one that comes second is
refused at its COMMIT, as a deadlock (1213), and repeated. So whatever fences others off writes a
row there. ``DATABASE_CLUSTER`` says that this is one; its sessions are set up in the settings.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F

SYNCED_STATES = {"2": "Donor", "4": "Synced"}
_STATUS = ("wsrep_ready", "wsrep_cluster_status", "wsrep_local_state", "wsrep_local_state_comment")


def changed(column: str) -> dict[str, Any]:
    """What an UPDATE has to set so that it surely writes its row; nothing on one server.

    ``column`` is a time, which grows by a microsecond. A row that stays as it was is no write.
    """
    if not settings.DATABASE_CLUSTER:
        return {}
    return {column: F(column) + timedelta(microseconds=1)}


def complaint(connection: BaseDatabaseWrapper) -> str:
    """Why the node behind ``connection`` should get no requests; empty where it may have them.

    One query, which a node without its cluster answers too; none on one server.
    """
    if not settings.DATABASE_CLUSTER or connection.vendor != "mysql":
        return ""
    with connection.cursor() as cursor:
        names = ", ".join(f"'{name}'" for name in _STATUS)
        cursor.execute(f"SHOW GLOBAL STATUS WHERE Variable_name IN ({names})")
        status = dict(cursor.fetchall())
    if status.get("wsrep_cluster_status", "Primary") != "Primary":
        return "the database node has lost the rest of its cluster"
    if status.get("wsrep_local_state", "4") not in SYNCED_STATES:
        state = status.get("wsrep_local_state_comment", "unknown")
        return f"the database node is not in step with its cluster: {state}"
    if status.get("wsrep_ready", "ON") != "ON":
        return "the database node takes no statements"
    return ""
