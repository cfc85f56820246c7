"""What every page knows: the places of work that this user's roles open."""

from django.http import HttpRequest

from vaxreg.access import CHECKPOINT_DESK, CLINIC_DESK, DUE_COUNTS, MOVEMENTS, PEOPLE_SEARCH, RULES_READING, TRACING


def site(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "opens": {
            "desk": user.has_role(CHECKPOINT_DESK),
            "rules": user.has_role(RULES_READING),
            "clinic": user.has_role(CLINIC_DESK),
            "due": user.has_role(CLINIC_DESK),
            "due_counts": user.has_role(DUE_COUNTS),
            "people": user.has_role(PEOPLE_SEARCH),
            "movements": user.has_role(MOVEMENTS),
            "tracing": user.has_role(TRACING),
            "admin": user.uses_admin,
        }
    }
