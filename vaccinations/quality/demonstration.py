"""A small sheet that was committed, of which one row of each kind waits for a decision: invented, like the people in it."""

from collections.abc import Sequence
from datetime import date, timedelta

from residents.models import Resident, Unit
from vaccinations.imports import services, stages
from vaccinations.imports.demonstration import row_of, sheet_file
from vaccinations.models import DoseImport
from vaxreg.actors import Actor

NAME = "Danh sách tiêm trường học (minh họa).csv"
# Well-formed numbers of nobody's end so.
UNKNOWN = "990001"
OTHER = {"name": "Trần Quốc Minh Họa", "born": "14/08/1957", "phone": ""}


def load_cases(*, by: Actor, province: Unit, people: Sequence[Resident], today: date) -> DoseImport:
    """Returns the import of a sheet of these people, committed: one new dose, and a case of each kind of row."""
    rows = [row_of(person, on=today - timedelta(days=15)) for person in people]
    recorded = next(person for person in people if person.doses.exists()).doses.order_by("dose_number").first()
    again = row_of(recorded.resident, on=recorded.administered_on + timedelta(days=1)) | {"dose": "1"}
    changes = [
        rows[0],
        rows[0] | {"number": "", "name": "Lê Thị Minh Họa", "born": "1949", "sex": "Nữ", "phone": ""},
        rows[0] | {"number": "07919012", "name": "Vũ Thị Minh Họa", "born": "1958", "sex": "Nữ", "phone": ""},
        rows[1] | OTHER,
        rows[2] | {"number": people[2].pk[:6] + UNKNOWN},
        again,
    ]
    file = sheet_file(changes)
    brought = stages.run(services.receive(by=by, file=file, name=NAME, province=province))
    services.name_facilities(by=by, dose_import=brought, names={}, takes_unknown=True)
    brought.refresh_from_db()
    return stages.run(services.ask_commit(by=by, dose_import=brought, seen=brought.accepted))
