"""Units and people for tests."""

from datetime import date

import factory
from factory.django import DjangoModelFactory

from residents.birth import Precision
from residents.models import AreaAssignment, Resident, Unit
from vaxreg.tests.factories import UserFactory

REFORM = date(2025, 7, 1)


class UnitFactory(DjangoModelFactory):
    """A province in force today; give `parent` to get a ward of it."""

    class Meta:
        model = Unit

    class Params:
        is_ward = factory.LazyAttribute(lambda unit: unit.parent is not None)

    parent = None
    code = factory.Sequence(lambda n: f"{90000 + n:05d}")
    level = factory.LazyAttribute(lambda unit: "ward" if unit.is_ward else "province")
    kind = factory.LazyAttribute(lambda unit: "ward" if unit.is_ward else "province")
    name = factory.LazyAttribute(lambda unit: f"Phường {unit.code}" if unit.is_ward else f"Tỉnh {unit.code}")
    name_en = factory.LazyAttribute(lambda unit: f"{unit.code} Ward" if unit.is_ward else f"{unit.code} Province")
    in_force_from = REFORM


class ResidentFactory(DjangoModelFactory):
    """A person whose number, sex and date of birth agree; for an alias give `superseded_by`."""

    class Meta:
        model = Resident

    citizen_id = factory.Sequence(lambda n: f"079090{n + 1:06d}")
    full_name = factory.Iterator(["Nguyễn Văn An", "Trần Đức Bình", "Lê Hữu Ước", "Phạm Quốc Đạt"])
    date_of_birth = date(1990, 3, 5)
    birth_precision = Precision.DAY
    sex = Resident.Sex.MALE
    source = Resident.Source.POPULATION


class AreaAssignmentFactory(DjangoModelFactory):
    class Meta:
        model = AreaAssignment

    user = factory.SubFactory(UserFactory)
    unit = factory.SubFactory(UnitFactory)
