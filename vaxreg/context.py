"""What every page knows: the places of work that this user's roles open."""

from django.http import HttpRequest

from vaxreg import navigation


def site(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    places = navigation.open_to(user)
    return {
        "places": places,
        "places_in_head": places[: navigation.IN_HEAD],
        "more_places": places[navigation.IN_HEAD :],
    }
