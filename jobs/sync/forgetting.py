"""Forgets what is kept for a while, each kind for its own."""

from jobs.store import quarantine
from jobs.sync import anomalies, gate, inbox


def forget() -> None:
    """Forget what nobody asks for any more."""
    anomalies.forget()
    quarantine.forget()
    inbox.forget()
    gate.forget()
