"""What a public form leaves on the phone, so that the next time is shorter: sealed, and for that form alone."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from vaxreg.sealing import BrokenSealError, seal, unseal


@dataclass(frozen=True)
class Keepsake:
    """A cookie of that name, sent to that path only. Phones are shared: a page shows what it leads to only when asked."""

    name: str
    path: str
    days: int

    @property
    def seconds(self) -> int:
        return int(timedelta(days=self.days).total_seconds())

    def keep(self, response: HttpResponse, value: str) -> HttpResponse:
        """Returns the response, which leaves the value on the phone."""
        response.set_cookie(
            self.name,
            seal(value, purpose=self.name),
            max_age=self.seconds,
            path=self.path,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
        return response

    def drop(self, response: HttpResponse) -> HttpResponse:
        """Returns the response, which makes the phone forget."""
        response.delete_cookie(self.name, path=self.path, samesite="Lax")
        return response

    def read(self, request: HttpRequest) -> str:
        """Returns the value left before, or nothing."""
        try:
            return unseal(request.COOKIES.get(self.name, ""), purpose=self.name, max_age_seconds=self.seconds)
        except BrokenSealError:
            return ""

    def is_with(self, request: HttpRequest) -> bool:
        """Whether the phone brought something."""
        return bool(request.COOKIES.get(self.name))
