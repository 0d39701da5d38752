"""Remembers how many jobs the platform gives at once, for all lanes (`jobs.rules.sizes`)."""

from jobs.models import Upstream


def remember(cap: int | None, came: int) -> None:
    """Note that it gives `cap` jobs at once, if that has been found out; or that more than it was thought to `came`."""
    if cap is not None:
        Upstream.objects.exclude(page_cap=cap).update(page_cap=cap)
    else:
        Upstream.objects.filter(page_cap__lt=came).update(page_cap=None)


def fullest(wanted: int) -> int:
    """How many of `wanted` jobs it gives at once."""
    cap = Upstream.objects.values_list("page_cap", flat=True).first()
    return min(wanted, cap or wanted)
