"""The only writer of jobs: a page in one transaction, set by set, whatever came before and in whatever order.

What a record means beside what is stored is decided by `jobs.rules.versions`. Writing the same page again changes
nothing. The caller opens the transaction, so that its checkpoint is in it.
"""

from jobs.store.absent import look_for_absent
from jobs.store.faults import said
from jobs.store.page import Ready, keep, ready
from jobs.store.write import Written

__all__ = ["Ready", "Written", "keep", "look_for_absent", "ready", "said"]
