"""What every page knows: the places of work that this user's roles open."""

from django.http import HttpRequest

from vaxreg.access import (
    AREA_REPORTS,
    CHECKPOINT_DESK,
    CLINIC_DESK,
    DUE_COUNTS,
    EXPORTS,
    IMPORTS,
    MOVEMENTS,
    PEOPLE_SEARCH,
    RULES_READING,
    SESSION_FIGURES,
    STOCK_READING,
    TRACING,
)


def site(request: HttpRequest) -> dict[str, object]:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    return {
        "opens": {
            "desk": user.has_role(CHECKPOINT_DESK),
            "rules": user.has_role(RULES_READING),
            "clinic": user.has_role(CLINIC_DESK),
            "stock": user.has_role(STOCK_READING),
            "session_figures": user.has_role(SESSION_FIGURES),
            "imports": user.has_role(IMPORTS),
            "area_reports": user.has_role(AREA_REPORTS),
            "due": user.has_role(CLINIC_DESK),
            "due_counts": user.has_role(DUE_COUNTS),
            "people": user.has_role(PEOPLE_SEARCH),
            "movements": user.has_role(MOVEMENTS),
            "tracing": user.has_role(TRACING),
            "exports": user.has_role(EXPORTS),
            "admin": user.uses_admin,
        }
    }
