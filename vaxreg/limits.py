"""Limits public forms per client address, across all workers and machines."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse

from vaxreg.actors import client_network
from vaxreg.errors import too_many_requests
from vaxreg.models import RequestCount

# One statement, so that two workers never count the same request as one. An expired bucket starts again from 1.
COUNT = """
INSERT INTO vaxreg_requestcount AS c (bucket, count, expires_at)
VALUES (%(bucket)s, 1, now() + make_interval(secs => %(seconds)s))
ON CONFLICT (bucket) DO UPDATE SET
    count = CASE WHEN c.expires_at < now() THEN 1 ELSE c.count + 1 END,
    expires_at = CASE WHEN c.expires_at < now() THEN excluded.expires_at ELSE c.expires_at END
RETURNING count
"""


def count_request(bucket: str, *, seconds: int) -> int:
    """Counts one more request in the bucket's current window and returns how many that makes."""
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"bucket": bucket, "seconds": seconds})
        return cursor.fetchone()[0]


def purge_counts() -> int:
    """Removes the counters of windows that have ended and returns how many there were."""
    return RequestCount.objects.filter(expires_at__lt=Now()).delete()[0]


def limited(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Answers 429 to an address that posts this form more often than settings allow."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            bucket = f"{view.__name__}:{client_network(request)}"
            if count_request(bucket, seconds=settings.PUBLIC_FORM_WINDOW_SECONDS) > settings.PUBLIC_FORM_LIMIT:
                return too_many_requests(request)
        return view(request, *args, **kwargs)

    return guarded
