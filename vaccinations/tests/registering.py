"""What a browser sends to /register/."""

from typing import Any
from uuid import uuid4

from residents.tests.factories import UnitFactory
from vaccinations.tests.factories import FacilityFactory


def of_person(index: int = 0, **different: Any) -> dict[str, Any]:
    """The answers of one person: the first one's, or with an index those of a child without a number."""
    first = {"full_name": "Nguyễn Văn An", "birth": "05/03/1990", "sex": "M", "number": "", "phone": "0912 345 678"}
    child = {"full_name": "Nguyễn Bé Tư", "birth": "2018", "sex": "F", "number": "", "phone": ""}
    shared = {"group": "none", "conditions": ["none"]}
    prefix = f"p{index}-" if index else ""
    return {f"{prefix}{name}": value for name, value in ((child if index else first) | shared | different).items()}


def registration(**different: Any) -> dict[str, Any]:
    """One person's form, complete; a province, a ward and a place are made where none are given."""
    sent = {"do": "send", "key": str(uuid4()), "consented": "on", **of_person()}
    if "province" not in different:
        province = UnitFactory()
        ward = UnitFactory(parent=province)
        sent |= {"province": province.pk, "ward": ward.pk, "where": FacilityFactory(unit=ward).pk}
    return sent | different
