"""People of an area, who may export them, and exports in each state."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.test import Client
from django.utils import timezone, translation

from residents.models import AreaAssignment, Resident, Unit
from residents.tests.factories import ResidentFactory, UnitFactory
from vaxreg.exports import building, services
from vaxreg.exports.forms import ExportForm
from vaxreg.exports.listings import registry
from vaxreg.exports.models import Export
from vaxreg.models import User
from vaxreg.roles import Role
from vaxreg.tests.factories import UserFactory, actor

REASON = {
    "purpose": "campaign",
    "purpose_text": "Mời tiêm mũi nhắc lại, gửi trạm y tế",
    "case_number": "KH-12/2026",
}


def manager_of(unit: Unit, *roles: Role, **facts: Any) -> User:
    """A provincial manager whose area the unit is."""
    user = UserFactory(roles=[Role.PROVINCIAL_MANAGER, *roles], **facts)
    AreaAssignment.objects.create(user=user, unit=unit)
    return user


def people_of(unit: Unit, count: int, **facts: Any) -> list[Resident]:
    """So many people who live in the province."""
    return [ResidentFactory(province=unit, **facts) for _n in range(count)]


def many_people_of(unit: Unit, count: int) -> None:
    """Thousands of people, quickly; their numbers begin with 001."""
    people = (
        Resident(
            citizen_id=f"001090{n:06d}",
            full_name=f"Nguyễn Văn {n}",
            province=unit,
            birth_precision="U",
            source="import",
        )
        for n in range(count)
    )
    Resident.objects.bulk_create(people, batch_size=2_000)


def asked_in_form(unit: Unit, **different: Any) -> dict[str, Any]:
    """What a browser sends for the people of a unit."""
    plain = ["ward", "sex", "birth_year"]
    return REASON | {"unit": unit.pk, "plain": plain, "sensitive": [], "step": "preview"} | different


def form_of(user: User, listing: str, **sent: Any) -> ExportForm:
    """The valid form of what is sent."""
    found = registry.listings[listing]
    form = found.form(REASON | {"plain": [], "sensitive": []} | sent, user=user, listing=found)
    assert form.is_valid(), form.errors
    return form


def export_by(user: User, unit: Unit, *, now: datetime | None = None, **sent: Any) -> Export:
    """The user asks for the people of the unit, by name unless `sensitive` says otherwise."""
    sent = {"unit": unit.pk, "plain": ["birth_year"], "sensitive": ["full_name"]} | sent
    with translation.override("vi"):
        request = form_of(user, "people", **sent).request
        return services.ask(by=actor(user), request=request, key=uuid4(), now=now or timezone.now())


def built(export: Export, *, now: datetime | None = None) -> Export:
    """The export with its file, as the builder leaves it."""
    return building.build(by=actor(export.requested_by), export=export, now=now or timezone.now())


def ready_export(*, people: int = 2, sensitive: tuple[str, ...] = ("full_name",), **facts: Any) -> Export:
    """A file that a manager can download."""
    unit = UnitFactory()
    people_of(unit, people, **facts)
    return built(export_by(manager_of(unit), unit, sensitive=list(sensitive)))


def content_of(response: Any) -> bytes:
    """What arrives of a streamed answer; the test client closes it at the end."""
    return b"".join(response.streaming_content)


def text_of(response: Any) -> str:
    """The text of a CSV file."""
    return content_of(response).decode("utf-8-sig")


def preview_and_send(client: Client, listing: str, sent: dict[str, Any]) -> Any:
    """Looks at the preview as a browser does, and sends what it showed."""
    page = client.post(f"/exports/new/{listing}/", sent)
    return client.post(f"/exports/new/{listing}/", sent | {"step": "send", "seen": page.context["seen"]})


def later(**spell: int) -> datetime:
    return timezone.now() + timedelta(**spell)
