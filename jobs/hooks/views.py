"""Where the platform delivers: `POST /hooks/callback/<secret>` and `POST /hooks/webhook`."""

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from jobs import tasks
from jobs.hooks.nudge import nudge
from jobs.hooks.verify import Delivery, Forged, Malformed, callback, is_same, webhook
from jobs.sync.inbox import accept

Reader = Callable[[bytes], Delivery]
LARGEST_CALLBACK = 32 << 20
LARGEST_WEBHOOK = 1 << 20
"""Of bytes; what has yet to prove who sent it gets less, since reading it takes many times as much."""
HEADER = "X-Jobdeck-Secret"


@csrf_exempt
@login_not_required
@require_POST
def receive_callback(request: HttpRequest, secret: str = "") -> HttpResponse:
    """Take a job callback; its secret is the last part of the address, or the header `X-Jobdeck-Secret`."""
    if not is_same(secret or request.headers.get(HEADER, ""), settings.HOOK_SECRET):
        return _said(401, "The secret is not ours.")
    return _receive(request, callback, LARGEST_CALLBACK)


@csrf_exempt
@login_not_required
@require_POST
def receive_webhook(request: HttpRequest) -> HttpResponse:
    """Take a webhook, which its signature proves."""
    issuer, secret = f"urn:app:{settings.MEDIA_PLATFORM_APP_ID}", settings.MEDIA_PLATFORM_SHARED_SECRET
    return _receive(request, lambda body: webhook(body, issuer=issuer, secret=secret), LARGEST_WEBHOOK)


def _receive(request: HttpRequest, read: Reader, largest: int) -> HttpResponse:
    body = request.read(largest + 1)
    if len(body) > largest:
        return _said(413, f"It is longer than {largest} bytes.")
    try:
        delivery = read(body)
    except Forged as why:
        return _said(401, str(why))
    except Malformed as why:
        return _said(400, str(why))
    with transaction.atomic():
        if accept(delivery.id, delivery.jobs):
            told = (tasks.rechecks.name,) if delivery.jobs else (tasks.tail.name, settings.SYNC_PERIOD)
            transaction.on_commit(partial(nudge, *told))
    return _said(200, "OK", code=0)


def _said(status: int, message: str, code: int | None = None) -> HttpResponse:
    return JsonResponse({"code": status if code is None else code, "message": message, "payload": None}, status=status)
