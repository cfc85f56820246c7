"""CDC's CDSi supporting data (XML), read into rows of the rule tables."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from vaccinations.models.rule_tables import (
    AgeRule,
    Contraindication,
    IntervalRule,
    ProductRule,
    Schedule,
    Series,
    SeriesDose,
    SkipRule,
)
from vaxreg import audit
from vaxreg.actors import Actor

Element = ElementTree.Element
KINDS = {"Standard": "standard", "Risk": "risk", "Evaluation Only": "evaluation"}
CONDITION_KINDS = {
    "age": "age",
    "interval": "interval",
    "completed series": "completed",
    "vaccine count by age": "count",
    "vaccine count by date": "count",
}
AGES = {
    "absMinAge": "absolute_minimum",
    "minAge": "minimum",
    "earliestRecAge": "earliest_recommended",
    "latestRecAge": "latest_recommended",
    "maxAge": "maximum",
}
INTERVALS = {
    "absMinInt": "absolute_minimum",
    "minInt": "minimum",
    "earliestRecInt": "earliest_recommended",
    "latestRecInt": "latest_recommended",
}
BOUNDS = {"beginAge": "from_age", "endAge": "before_age"}
USES = {
    "preferableVaccine": ProductRule.Use.PREFERABLE,
    "allowableVaccine": ProductRule.Use.ALLOWABLE,
    "inadvertentVaccine": ProductRule.Use.INADVERTENT,
}


class DamagedFileError(ValueError):
    """The file is not CDSi supporting data, or says something the tables cannot hold."""


def load_cdsi(*, by: Actor, path: Path, code: str = "cdsi") -> dict[str, int]:
    """Replaces that schedule's rules by the file's, all or nothing, and returns how many rows of each table there are.

    Raises DamagedFileError; the schedule then stays as it was.
    """
    try:
        # The file is named by whoever runs the command, and expat refuses to expand entities without end.
        root = ElementTree.parse(path).getroot()  # noqa: S314
    except (ElementTree.ParseError, UnicodeDecodeError) as error:
        raise DamagedFileError(f"{path.name}: {error}") from error
    if root.tag != "antigenSupportingData" or root.find("series") is None:
        raise DamagedFileError(f"{path.name} holds no antigenSupportingData")
    try:
        return _replace(by=by, root=root, code=code, source=path.name)
    except (KeyError, ValueError, ValidationError, IntegrityError) as error:
        raise DamagedFileError(f"{path.name}: {error}") from error


@transaction.atomic
def _replace(*, by: Actor, root: Element, code: str, source: str) -> dict[str, int]:
    Schedule.objects.get_or_create(code=code)
    # Two loads at once: the second waits here and replaces what the first wrote.
    schedule = Schedule.objects.select_for_update().get(code=code)
    if schedule.series.exists() and not schedule.is_from_file:
        raise DamagedFileError(f"schedule {code} is kept by hand; load the file under another code")
    schedule.series.all().delete()
    schedule.contraindications.all().delete()
    schedule.name, schedule.source = f"CDC CDSi, {_text(root, 'series/targetDisease')}", source[:250]
    schedule.is_from_file = True
    schedule.save()
    counts = {"contraindications": _save(_contraindications(schedule, root))}
    counts |= _add_series(schedule, root)
    audit.record(by=by, action="schedule.loaded", subject=schedule, changes={"source": source, **counts})
    return counts


def _add_series(schedule: Schedule, root: Element) -> dict[str, int]:
    found = root.findall("series")
    series = Series.objects.bulk_create([_series(schedule, element) for element in found])
    pairs = [
        (element, _series_dose(owner, element))
        for owner, parent in zip(series, found, strict=True)
        for element in parent.findall("seriesDose")
    ]
    SeriesDose.objects.bulk_create([dose for _element, dose in pairs])
    counts = {"series": len(series), "doses": len(pairs)}
    for name, read in (("ages", _ages), ("intervals", _intervals), ("products", _products), ("skips", _skips)):
        counts[name] = _save([row for element, dose in pairs for row in read(dose, element)])
    return counts


def _save(rows: list[models.Model]) -> int:
    for row in rows:
        # Not the keys: to look up a thousand of them would take a statement each.
        row.clean_fields(exclude={"dose", "schedule"})
        row.clean()
    if rows:
        type(rows[0]).objects.bulk_create(rows)
    return len(rows)


def _series(schedule: Schedule, element: Element) -> Series:
    select = element.find("selectSeries")
    series = Series(
        schedule=schedule,
        name=_text(element, "seriesName"),
        kind=KINDS[_text(element, "seriesType")],
        group=_text(select, "seriesGroup"),
        equivalent_groups=_codes(element, "equivalentSeriesGroups"),
        priority=_text(select, "seriesPriority"),
        preference=int(_text(select, "seriesPreference")),
        is_default=_text(select, "defaultSeries") == "Yes",
        is_product_path=_text(select, "productPath") == "Yes",
        minimum_age_to_start=_text(select, "minAgeToStart"),
        maximum_age_to_start=_text(select, "maxAgeToStart"),
        sexes=[sex.text.strip()[0] for sex in element.findall("requiredGender") if _says(sex.text)],
        indications=[_indication(indication) for indication in element.findall("indication")],
    )
    series.clean_fields(exclude={"schedule"})
    return series


def _series_dose(series: Series, element: Element) -> SeriesDose:
    season = element.find("seasonalRecommendation")
    return SeriesDose(
        series=series,
        number=int(_text(element, "doseNumber").removeprefix("Dose ")),
        is_recurring=_text(element, "recurringDose") == "Yes",
        season_begins_on=_day(season, "startDate"),
        season_ends_on=_day(season, "endDate"),
    )


def _ages(dose: SeriesDose, element: Element) -> Iterator[AgeRule]:
    for age in _filled(element, "age"):
        yield AgeRule(dose=dose, **_texts(age, AGES), **_period(age))


def _intervals(dose: SeriesDose, element: Element) -> Iterator[IntervalRule]:
    for tag in ("interval", "allowableInterval"):
        for interval in _filled(element, tag):
            yield IntervalRule(
                dose=dose,
                is_allowable=tag == "allowableInterval",
                **_counted_from(interval),
                **_texts(interval, INTERVALS),
                **_period(interval),
            )


def _counted_from(interval: Element) -> dict[str, Any]:
    if _text(interval, "fromPrevious") == "Y":
        return {"counted_from": IntervalRule.From.PREVIOUS}
    if number := _text(interval, "fromTargetDose"):
        return {"counted_from": IntervalRule.From.NUMBER, "from_number": int(number.removeprefix("Dose "))}
    if products := _codes(interval, "fromMostRecent"):
        return {"counted_from": IntervalRule.From.PRODUCTS, "from_products": products}
    code = _text(interval, "fromRelevantObs/code")
    return {"counted_from": IntervalRule.From.OBSERVATION, "from_observation": code}


def _products(dose: SeriesDose, element: Element) -> Iterator[ProductRule]:
    for tag, use in USES.items():
        for vaccine in _filled(element, tag):
            volume = _text(vaccine, "volume")
            yield ProductRule(
                dose=dose,
                use=use,
                product=_text(vaccine, "cvx"),
                product_name=_text(vaccine, "vaccineType")[:150],
                trade_name=_text(vaccine, "tradeName"),
                manufacturer=_text(vaccine, "mvx"),
                volume_ml=Decimal(volume) if volume else None,
                is_forecast=_text(vaccine, "forecastVaccineType") == "Y",
                **_texts(vaccine, BOUNDS),
            )


def _skips(dose: SeriesDose, element: Element) -> Iterator[SkipRule]:
    for skip in _filled(element, "conditionalSkip"):
        yield SkipRule(
            dose=dose,
            context=_text(skip, "context").lower(),
            needs_all_sets=_text(skip, "setLogic") == "AND",
            sets=[_skip_set(group) for group in skip.findall("set")],
        )


def _skip_set(group: Element) -> dict[str, Any]:
    return {
        "description": _text(group, "setDescription"),
        # One condition has no logic; "AND" of one is that one.
        "needs_all": _text(group, "conditionLogic") != "OR",
        "conditions": [_condition(condition) for condition in group.findall("condition")],
        **{name: str(day) for name, day in _dates(group, "begins_on", "ends_on").items() if day},
    }


def _condition(element: Element) -> dict[str, Any]:
    facts = {
        "kind": CONDITION_KINDS[_text(element, "conditionType").lower()],
        **_texts(element, BOUNDS | {"interval": "interval"}),
        "from_day": _iso(_day(element, "startDate")),
        "before_day": _iso(_day(element, "endDate")),
        "products": _codes(element, "vaccineTypes"),
        "series_groups": _codes(element, "seriesGroups"),
        "comparison": _text(element, "doseCountLogic").lower(),
        "number": int(_text(element, "doseCount") or 0),
        "is_valid_only": _text(element, "doseType") == "Valid",
    }
    return {name: fact for name, fact in facts.items() if fact}


def _indication(element: Element) -> dict[str, str]:
    return {
        "observation": _text(element, "observationCode/code"),
        "title": _text(element, "observationCode/text"),
        **_texts(element, BOUNDS),
    }


def _contraindications(schedule: Schedule, root: Element) -> list[Contraindication]:
    rows = []
    for element in root.findall("contraindications/vaccineGroup/contraindication"):
        rows.append(_contraindication(schedule, element, _texts(element, BOUNDS), []))
    for element in root.findall("contraindications/vaccine/contraindication"):
        vaccines = sorted(_filled(element, "contraindicatedVaccine"), key=_bounds)
        for _bound, group in groupby(vaccines, key=_bounds):
            same = list(group)
            codes = [_text(vaccine, "cvx") for vaccine in same]
            rows.append(_contraindication(schedule, element, _texts(same[0], BOUNDS), codes))
    return rows


def _contraindication(
    schedule: Schedule, element: Element, bounds: dict[str, str], products: list[str]
) -> Contraindication:
    code, title = _text(element, "observationCode"), _text(element, "observationTitle")
    return Contraindication(schedule=schedule, observation=code, title=title[:250], products=products, **bounds)


def _bounds(element: Element) -> tuple[str, str]:
    return _text(element, "beginAge"), _text(element, "endAge")


def _filled(element: Element, tag: str) -> list[Element]:
    """The elements of that name which say anything: the file has an empty one where there is none."""
    return [child for child in element.findall(tag) if any(_says(part.text) for part in child.iter())]


def _says(text: str | None) -> bool:
    return bool(text and text.strip() and text.strip().lower() != "n/a")


def _text(element: Element | None, path: str) -> str:
    """The text there, its spaces in order; empty for nothing and for "n/a"."""
    text = element.findtext(path) if element is not None else None
    return " ".join(text.split()) if _says(text) else ""


def _texts(element: Element, names: dict[str, str]) -> dict[str, str]:
    return {name: _text(element, tag) for tag, name in names.items()}


def _codes(element: Element, path: str) -> list[str]:
    parts = _text(element, path).replace(",", ";").split(";")
    return [code.strip() for code in parts if code.strip()]


def _day(element: Element | None, path: str) -> date | None:
    text = _text(element, path)
    return datetime.strptime(text, "%Y%m%d").date() if text else None


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _dates(element: Element, begin: str, end: str) -> dict[str, date | None]:
    return {begin: _day(element, "effectiveDate"), end: _day(element, "cessationDate")}


def _period(element: Element) -> dict[str, date | None]:
    return _dates(element, "in_force_from", "in_force_until")
