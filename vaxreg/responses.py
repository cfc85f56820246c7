"""Answers that Django has no class for."""

from django.http import HttpResponseRedirect


class SeeOther(HttpResponseRedirect):
    """The answer to a form that was sent is on another page, to be fetched by GET."""

    status_code = 303
