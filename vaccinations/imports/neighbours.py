"""What a heading means beside its neighbours, where it says too little by itself. Pure."""

from typing import Any

from vaccinations.imports.headings import Field, plain

Columns = list[dict[str, Any]]
# Without accents "Năm" (year) is "Nam" (man): only the words beside it tell.
SEXES = (("nam", "nu"), ("male", "female"), ("m", "f"))
PARTS = (("ngay", "thang", "nam"), ("day", "month", "year"))
OF_PARTS = (Field.BORN_DAY, Field.BORN_MONTH, Field.BORN_YEAR)
BORN = ("sinh", "birth")


def settled(columns: Columns) -> Columns:
    """Returns the columns with what only their neighbours tell: marks of sex, a birth in three columns, half a name."""
    words = [plain(column["heading"]) for column in columns]
    _sexes(columns, words)
    _births(columns, words)
    return _without_halves(columns)


def _sexes(columns: Columns, words: list[str]) -> None:
    """ "Nam" and "Nữ" side by side are columns of marks."""
    if not {Field.SEX, Field.MALE} & _fields(columns):
        for place in range(len(columns) - 1):
            if tuple(words[place : place + 2]) in SEXES:
                _say(columns, place, (Field.MALE, Field.FEMALE))


def _births(columns: Columns, words: list[str]) -> None:
    """Day, month and year in three columns: of the birth if they say so, or if the day given has a column of its own."""
    for place in range(len(columns) - 2):
        three = words[place : place + 3]
        if tuple(word.rpartition(" ")[2] for word in three) not in PARTS:
            continue
        says_birth = all(any(born in word for born in BORN) for word in three)
        others = _fields(columns[:place] + columns[place + 3 :])
        is_bare = tuple(three) in PARTS and Field.ADMINISTERED_ON in others and Field.BORN not in others
        if says_birth or is_bare:
            _say(columns, place, OF_PARTS)


def _without_halves(columns: Columns) -> Columns:
    """Beside "Họ đệm" or "Tên đệm", "Tên" is the given name alone."""
    fields = [column["field"] for column in columns]
    if (
        {Field.FAMILY_NAME, Field.MIDDLE_NAME} & {*fields}
        and fields.count(Field.FULL_NAME) == 1
        and Field.GIVEN_NAME not in fields
    ):
        columns[fields.index(Field.FULL_NAME)]["field"] = Field.GIVEN_NAME.value
    return columns


def _fields(columns: Columns) -> set[str]:
    return {column["field"] for column in columns}


def _say(columns: Columns, place: int, fields: tuple[Field, ...]) -> None:
    for column, field in zip(columns[place:], fields, strict=False):
        column["field"], column["dose"] = field.value, 0
