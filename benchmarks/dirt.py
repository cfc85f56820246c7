"""An invented population with families, twins and namesakes, and its rows as clerks spoil them, each kind of spoiling by name.

Deterministic for a seed. Besides the ways of the sheets of 2021-22: those that a rule of likeness may fall for, above all the
number of another real person in the row.
"""

import random
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

SURNAMES = "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý".split()
SURNAME_WEIGHTS = (31, 11, 9, 6, 5, 5, 4, 2, 2, 2, 2, 1, 1, 1, 1, 1)
MIDDLES = {
    "M": "Văn Hữu Đức Minh Quốc Thanh Xuân Gia Bảo Tuấn Khánh Đình".split(),
    "F": "Thị Thị Thị Thị Ngọc Thanh Xuân Thu Kim Hoài Phương Thúy".split(),
}
GIVENS = (
    "An Ân Anh Bình Chi Chinh Dũng Đạt Giang Hà Hạnh Hạ Hiếu Hòa Hoa Hóa Hùng Hương Hường Hưng Khoa Lan Loan Linh Long Mai Mây "
    "Nam Năm Nga Ngân Phúc Phước Quân Sơn Sang Tâm Thảo Thủy Thúy Toàn Toản Trang Trinh Tuấn Tú Uyên Vân Vy Xuân Yến Ý"
).split()
PREFIXES = ("001", "031", "038", "040", "048", "074", "075", "079", "080", "092", "096", "022")


@dataclass(frozen=True)
class Person:
    number: str
    name: str
    born: date
    sex: str
    prefix: str
    phone: str
    family: int


@dataclass(frozen=True)
class Row:
    """A row as read from a sheet's cells; `holder` is whose number was typed instead of the person's own."""

    truth: str
    kind: str
    name: str
    birth: str
    sex: str
    number: str
    phone: str
    prefix: str
    holder: str = ""


class Population:
    """People in families that share phone and surname, some of them twins, some namesakes born on one day."""

    def __init__(self, size: int, seed: int) -> None:
        self.rng = random.Random(seed)
        self.taken: set[str] = set()
        self.people: list[Person] = []
        family = 0
        while len(self.people) < size:
            family += 1
            self._add_family(family)
        self._gather()

    @classmethod
    def of(cls, people: list[Person], seed: int) -> "Population":
        """The people of a registry that is there already."""
        population = cls(0, seed)
        population.people = people
        population._gather()
        return population

    def _gather(self) -> None:
        self.families: dict[int, list[Person]] = {}
        for person in self.people:
            self.families.setdefault(person.family, []).append(person)

    def _add_family(self, family: int) -> None:
        rng = self.rng
        surname, prefix = rng.choices(SURNAMES, SURNAME_WEIGHTS)[0], rng.choice(PREFIXES)
        phone = f"0{rng.choice('35789')}{rng.randrange(10**8):08d}"
        for _member in range(rng.choices((1, 2, 4, 8), (30, 30, 30, 10))[0]):
            own = phone if rng.random() < 0.6 else f"0{rng.choice('35789')}{rng.randrange(10**8):08d}"
            sex, born = rng.choice("MF"), date(1935, 1, 1) + timedelta(days=rng.randrange(25_500))
            middles = rng.choices(MIDDLES[sex], k=rng.choice((1, 1, 1, 2)))
            words = [surname, *middles, rng.choice(GIVENS)]
            person = Person(self._number(prefix, sex, born), " ".join(words), born, sex, prefix, own, family)
            self.people.append(person)
            if rng.random() < 0.01:
                self._add_twin(person)
            if rng.random() < 0.005:
                self._add_namesake(person, family)

    def _add_twin(self, person: Person) -> None:
        words = person.name.split()
        given = self.rng.choice([given for given in GIVENS if given != words[-1]])
        number = f"{person.number[:6]}{(int(person.number[6:]) + 1) % 10**6:06d}"
        if number not in self.taken:
            self.taken.add(number)
            self.people.append(replace(person, number=number, name=" ".join([*words[:-1], given])))

    def _add_namesake(self, person: Person, family: int) -> None:
        prefix = self.rng.choice(PREFIXES)
        number, phone = self._number(prefix, person.sex, person.born), f"09{self.rng.randrange(10**8):08d}"
        self.people.append(replace(person, number=number, prefix=prefix, phone=phone, family=-family))

    def _number(self, prefix: str, sex: str, born: date) -> str:
        century = (0 if born.year < 2000 else 2) + (sex == "F")
        while True:
            number = f"{prefix}{century}{born.year % 100:02d}{self.rng.randrange(10**6):06d}"
            if number not in self.taken:
                self.taken.add(number)
                return number

    def rows(self) -> Iterator[Row]:
        """One row a person: half of them clean, the others spoilt in a way drawn from KINDS."""
        kinds = list(KINDS)
        for place, person in enumerate(self.people):
            clean = Row(
                person.number,
                "",
                person.name,
                f"{person.born:%d/%m/%Y}",
                person.sex,
                person.number,
                person.phone,
                person.prefix,
            )
            kind = self.rng.choice(kinds) if self.rng.random() < 0.5 else ""
            spoilt = KINDS[kind](self, person, clean, place) if kind else clean
            yield replace(spoilt, kind=kind) if spoilt else clean


def plain(text: str) -> str:
    text = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return text.replace("đ", "d").replace("Đ", "D")


TELEX_TONES = {"\u0300": "f", "\u0301": "s", "\u0309": "r", "\u0303": "x", "\u0323": "j"}
TELEX_LETTERS = {"â": "aa", "ê": "ee", "ô": "oo", "ă": "aw", "ơ": "ow", "ư": "uw", "đ": "dd"}


def telex(word: str) -> str:
    """The keys that would have typed the word, as they stand there when Vietnamese typing was off."""
    tones, letters = "", []
    for letter in word.lower():
        parts = unicodedata.normalize("NFD", letter)
        tones += "".join(TELEX_TONES.get(mark, "") for mark in parts)
        bare = unicodedata.normalize("NFC", "".join(part for part in parts if part not in TELEX_TONES))
        letters.append(TELEX_LETTERS.get(bare, bare))
    return "".join(letters) + tones


Kind = Callable[[Population, Person, Row, int], Row | None]
KINDS: dict[str, Kind] = {}
# Nothing of the number is left in the row.
LOST = {"no number", "no number, no phone", "no number, another's phone", "old card unknown"}
# The number is another real person's.
PASTED = {"number of the row above", "number and phone of the row above", "number of a relative", "number of a twin"}


def _kind(name: str) -> Callable[[Kind], Kind]:
    def register(kind: Kind) -> Kind:
        KINDS[name] = kind
        return kind

    return register


def _name(name: str, change: Callable[[Population, list[str]], list[str] | None]) -> None:
    def spoil(population: Population, person: Person, row: Row, place: int) -> Row | None:
        words = change(population, row.name.split())
        return replace(row, name=" ".join(words)) if words else None

    KINDS[name] = spoil


_name("name without tones, words swapped", lambda p, w: plain(" ".join([w[-1], *w[:-1]])).split())
_name("name in Telex", lambda p, w: [telex(word) for word in w])
_name("name with question marks", lambda p, w: "".join(c if c.isascii() else "?" for c in " ".join(w)).split())
_name("initials", lambda p, w: [f"{word[0]}." for word in w[:-1]] + w[-1:])
_name("initials joined", lambda p, w: ["".join(f"{word[0]}." for word in w[:-1]) + w[-1]])
_name("name joined", lambda p, w: ["".join(plain(word) for word in w)])
_name("surname of the husband", lambda p, w: [p.rng.choice(SURNAMES), *w[1:]])
_name("title before the name", lambda p, w: [p.rng.choice(["Ông", "Bà", "Cháu", "Bé"]), *w])
_name("middle name dropped", lambda p, w: [w[0], *w[2:]] if len(w) > 2 else None)
_name("letter dropped", lambda p, w: [*w[:-1], w[-1][:-1]] if len(w[-1]) > 2 else None)
_name("letter changed", lambda p, w: [w[0][:-1] + p.rng.choice("bcdghklmn"), *w[1:]])
_name("other tone", lambda p, w: [*w[:-1], plain(w[-1])] if plain(w[-1]) != w[-1] else None)
_name("tr for ch", lambda p, w: [word.replace("Tr", "Ch").replace("Gi", "D") for word in w])
_name("OCR in the name", lambda p, w: [word.replace("o", "0").replace("l", "1") for word in w])
_name("surname only", lambda p, w: w[:1])


def _number(name: str, change: Callable[[Population, str], str | None]) -> None:
    def spoil(population: Population, person: Person, row: Row, place: int) -> Row | None:
        number = change(population, row.number)
        return replace(row, number=number) if number is not None else None

    KINDS[name] = spoil


def _digit(population: Population, number: str) -> str:
    place = population.rng.randrange(12)
    return f"{number[:place]}{(int(number[place]) + population.rng.randrange(1, 10)) % 10}{number[place + 1 :]}"


def _swap(population: Population, number: str) -> str | None:
    place = population.rng.randrange(11)
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    return swapped if swapped != number else None


_number("one digit changed", _digit)
_number("digits swapped", _swap)
_number("digit lost", lambda p, n: (lambda i: n[:i] + n[i + 1 :])(p.rng.randrange(12)))
_number("digit doubled", lambda p, n: (lambda i: n[:i] + n[i] + n[i:])(p.rng.randrange(12)))
_number("leading zeros lost", lambda p, n: n.lstrip("0"))
_number("province code missing", lambda p, n: n[3:])
_number("OCR in the number", lambda p, n: n.translate(str.maketrans("0158", "OlSB")))
_number("an O for a zero", lambda p, n: n.replace("0", "O", 1))
_number("spaces in the number", lambda p, n: f"{n[:3]} {n[3]} {n[4:6]} {n[6:]}")
_number("no number", lambda p, n: "")
_number("old card unknown", lambda p, n: f"{p.rng.randrange(10**9):09d}")


def _birth(name: str, change: Callable[[Population, date], str | None]) -> None:
    def spoil(population: Population, person: Person, row: Row, place: int) -> Row | None:
        birth = change(population, person.born)
        return replace(row, birth=birth) if birth else None

    KINDS[name] = spoil


def _birth_digit(population: Population, born: date) -> str | None:
    text = f"{born:%d%m%Y}"
    place = population.rng.choice((0, 1, 2, 3, 7))
    text = f"{text[:place]}{(int(text[place]) + population.rng.randrange(1, 10)) % 10}{text[place + 1 :]}"
    try:
        return f"{date(int(text[4:]), int(text[2:4]), int(text[:2])):%d/%m/%Y}"
    except ValueError:
        return None


_birth("birth: day and month swapped", lambda p, d: f"{d:%m/%d/%Y}" if d.day <= 12 else None)
_birth("birth: 1 January", lambda p, d: f"01/01/{d.year}")
_birth("birth: year only", lambda p, d: f"{d.year}")
_birth("birth: ten years off", lambda p, d: f"{min(d.day, 28):02d}/{d.month:02d}/{d.year - 10}")
_birth("birth: one digit", _birth_digit)
_birth("birth: year off by one", lambda p, d: f"{min(d.day, 28):02d}/{d.month:02d}/{d.year + 1}")
_birth("birth: day of vaccination", lambda p, d: "12/09/2021")
_birth("birth: another year only", lambda p, d: f"{d.year - 10}")
_birth("birth: ISO", lambda p, d: f"{d:%Y-%m-%d}")


@_kind("sex wrong")
def _sex(population: Population, person: Person, row: Row, place: int) -> Row:
    return replace(row, sex="F" if row.sex == "M" else "M")


@_kind("phone of another")
def _phone(population: Population, person: Person, row: Row, place: int) -> Row:
    return replace(row, phone=population.rng.choice(population.people).phone)


@_kind("phone of the clinic")
def _clinic_phone(population: Population, person: Person, row: Row, place: int) -> Row:
    return replace(row, phone=population.people[0].phone)


@_kind("no number, no phone")
def _bare(population: Population, person: Person, row: Row, place: int) -> Row:
    return replace(row, number="", phone="")


@_kind("no number, another's phone")
def _bare_with_other_phone(population: Population, person: Person, row: Row, place: int) -> Row:
    return replace(row, number="", phone=population.rng.choice(population.people).phone)


@_kind("two mistakes")
def _two(population: Population, person: Person, row: Row, place: int) -> Row:
    row = replace(row, number=_digit(population, row.number))
    words = row.name.split()
    return replace(row, name=" ".join([*words[:-1], words[-1] + "h"]))


@_kind("number of the row above")
def _above(population: Population, person: Person, row: Row, place: int) -> Row | None:
    above = population.rng.choice(population.people)
    return replace(row, number=above.number, holder=above.number) if above != person else None


@_kind("number and phone of the row above")
def _above_with_phone(population: Population, person: Person, row: Row, place: int) -> Row | None:
    above = population.rng.choice(population.people)
    return replace(row, number=above.number, phone=above.phone, holder=above.number) if above != person else None


def _relative(population: Population, person: Person) -> Person | None:
    others = [other for other in population.families.get(person.family, []) if other.number != person.number]
    return population.rng.choice(others) if others else None


@_kind("number of a relative")
def _of_relative(population: Population, person: Person, row: Row, place: int) -> Row | None:
    other = _relative(population, person)
    return replace(row, number=other.number, phone=other.phone, holder=other.number) if other else None


@_kind("number of a twin")
def _of_twin(population: Population, person: Person, row: Row, place: int) -> Row | None:
    family = population.families.get(person.family, [])
    twins = [other for other in family if other.born == person.born and other.number != person.number]
    return replace(row, number=twins[0].number, holder=twins[0].number) if twins else None
