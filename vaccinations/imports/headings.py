"""What the headings of a vaccination sheet mean. Pure: text in, fields out.

Headings come in Vietnamese or English, with accents or without, in any order and of any wording. Each is folded to plain
words; the number of a dose is taken out of it ("Ngày tiêm mũi 2" is the day of dose 2); the rest is looked up by the
patterns below, the first that fits. A province's own remembered headings go before the patterns (see columns.py).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from residents.names import fold
from vaccinations.imports.dose_numbers import ORDINAL, read_dose_number

NOT_WORDS = re.compile(r"[^a-z0-9]+")


class Field(TextChoices):
    """What a column can hold. Columns of which a sheet has several kinds are joined when it is read (see staging.py)."""

    NUMBER = "number", _("Citizen ID or old card number")
    OLD_NUMBER = "old_number", _("Old card number, where the citizen ID is empty")
    FULL_NAME = "full_name", _("Full name")
    FAMILY_NAME = "family_name", _("Family and middle name")
    MIDDLE_NAME = "middle_name", _("Middle name")
    GIVEN_NAME = "given_name", _("Given name")
    SEX = "sex", _("Sex")
    MALE = "male", _("Mark where it is a man")
    FEMALE = "female", _("Mark where it is a woman")
    BORN = "born", _("Date or year of birth")
    BORN_DAY = "born_day", _("Day of birth alone")
    BORN_MONTH = "born_month", _("Month of birth alone")
    BORN_YEAR = "born_year", _("Year of birth, beside its day and month")
    BORN_MALE = "born_male", _("Date or year of birth of a man")
    BORN_FEMALE = "born_female", _("Date or year of birth of a woman")
    PHONE = "phone", _("Phone")
    PROVINCE = "province", _("Province")
    WARD = "ward", _("Ward or commune")
    VACCINE = "vaccine", _("Vaccine")
    DOSE_NUMBER = "dose_number", _("Dose number")
    ADMINISTERED_ON = "administered_on", _("Day given")
    LOT = "lot", _("Lot number")
    FACILITY = "facility", _("Facility")
    VACCINATOR = "vaccinator", _("Vaccinator")
    IGNORED = "", _("Not read")


# What several doses in one row can have of their own.
OF_DOSE = frozenset(
    {Field.VACCINE, Field.DOSE_NUMBER, Field.ADMINISTERED_ON, Field.LOT, Field.FACILITY, Field.VACCINATOR}
)
PATTERNS: tuple[tuple[str, Field], ...] = (
    (r"^ho (va )?ten (nguoi (duoc |di )?tiem|doi tuong)|^ten doi tuong$|recipient|^patient$", Field.FULL_NAME),
    # What looks like a column of ours and is none.
    (r"ngay (cap|nhap|hen|lay)|noi cap|expir|\bhsd\b|(?<!lo )\bhan\b|^(quan )?huyen|district", Field.IGNORED),
    (
        r"du kien|planned|scheduled|appointment|tiep theo|ke tiep|\bnext\b|nguoi (than|nha|kham|nhap|lap)|khan cap|emergency",
        Field.IGNORED,
    ),
    (r"(ten|sdt|dien thoai|cccd|cmnd)( cua)? (cha|me|bo)\b|\bcha me\b|mother|father|parent", Field.IGNORED),
    (r"^tuoi$|^age$|cong tac|nghe nghiep|occupation|e ?mail", Field.IGNORED),
    (r"giam ho|guardian|\bbo me\b|phan ung|reaction|nhom|doi tuong|priority|bhyt|bao hiem|insurance", Field.IGNORED),
    (r"\btinh (trang|hinh)\b|tien su|ghi chu|remark", Field.IGNORED),
    (r"\b(cu|old)\b.*(cmnd|cmt|id)|(cmnd|cmt|id).*\b(cu|old)\b", Field.OLD_NUMBER),
    (
        r"cccd|can cuoc|dinh danh|cmnd|\bcmt|chung minh|ddcn|(citizen|national) id|identity|^id( number| card| no)*$"
        r"|giay to|^cid$",
        Field.NUMBER,
    ),
    (r"ho chieu|passport", Field.IGNORED),
    (r"\bsinh\b.* nam( gioi)?$", Field.BORN_MALE),
    (r"\bsinh\b.* nu( gioi)?$", Field.BORN_FEMALE),
    (r"\bsinh\b|\bdob\b|birth|ntns|^ns$|^yob$", Field.BORN),
    (r"^(gioi tinh|gioi|phai|sex|gender) (nam|male)$", Field.MALE),
    (r"^(gioi tinh|gioi|phai|sex|gender) (nu|female)$", Field.FEMALE),
    (r"gioi tinh|^gioi$|^gt$|^phai$|\bsex\b|gender|^nam nu$", Field.SEX),
    (
        r"dien thoai|sdt|^dt$|so dt|dtdd|di dong|^(so )?lien he$|^contact( no| number)?$|phone|mobile|\btel\b",
        Field.PHONE,
    ),
    # "Chữ lót" is a middle name, and no lot.
    (r"(?<!chu )(?<!ten )\b(lo|lot|batch)\b", Field.LOT),
    (r"\b(ngay|thoi gian|date|day)\b.*\b(tiem|vaccin\w*|given|inject\w*|administered)", Field.ADMINISTERED_ON),
    (
        r"(vaccin\w*|inject\w*|immuni[sz]ation|dose) (date|day)|^(ngay|date|thoi gian)( of)?( dose)?$",
        Field.ADMINISTERED_ON,
    ),
    (
        r"(co so|noi|diem|don vi).*\btiem|tram y te|benh vien|facility|\bsite\b|place|clinic|vaccin\w* cent|^location$"
        r"|^(ten )?co so( y te)?$",
        Field.FACILITY,
    ),
    (r"nguoi tiem|can bo|bac s[iy]|nhan vien|vaccinator|vaccinated by|nguoi thuc hien", Field.VACCINATOR),
    (r"^(ho|ho dem|ho va (ten )?dem|ho (va )?(chu|ten) (lot|dem)|surname|(last|family) name)$", Field.FAMILY_NAME),
    (r"^(ten goi|(first|given) names?)$", Field.GIVEN_NAME),
    (r"^((ten |chu )?(dem|lot)|middle names?)$", Field.MIDDLE_NAME),
    (r"\bho (va )?ten\b|\bfull ?name\b|^name$|^ten$|ten khai sinh|patient name|nguoi duoc tiem", Field.FULL_NAME),
    (r"vac ?xin|vaccine|\bvx\b|loai thuoc|ten thuoc|product", Field.VACCINE),
    (r"phuong|\bxa\b|\bward\b|commune", Field.WARD),
    (r"dia chi|address|so nha|thon|to dan pho|khu pho", Field.IGNORED),
    (r"\btinh\b|thanh pho|\btp\b|province|\bcity\b", Field.PROVINCE),
    (
        r"^(so )?(mui|lieu|lan|dose|shot)( tiem)?( (so|thu|no|number|may))?$|^thu tu mui|^(mui|lan) tiem thu",
        Field.DOSE_NUMBER,
    ),
)
COMPILED = tuple((re.compile(pattern), field) for pattern, field in PATTERNS)
OF_WHICH_DOSE = (
    re.compile(rf"\b(?:mui|lan|lieu|dose)(?: tiem)?(?: (?:so|thu|no|number))? (?P<n>{ORDINAL})\b"),
    re.compile(r"\b(?:mui|lan|lieu|dose|m)(?P<n>[1-9])\b"),
    re.compile(r"\b(?P<n>[1-9](?:st|nd|rd|th)|first|second|third|fourth) (?:dose|vaccin\w*|inject\w*)\b"),
)


USUAL = (
    *(
        "Họ và tên",
        "Họ tên",
        "Giới tính",
        "Ngày sinh",
        "Năm sinh",
        "Số CCCD/CMND",
        "Số CCCD",
        "Số điện thoại",
        "Điện thoại",
    ),
    *("Tỉnh/TP", "Phường/Xã", "Xã/Phường", "Tên vắc xin", "Loại vắc xin", "Vắc xin", "Mũi số", "Mũi tiêm", "Mũi thứ"),
    *(
        "Ngày tiêm",
        "Số lô",
        "Số lô vắc xin",
        "Cơ sở tiêm",
        "Cơ sở tiêm chủng",
        "Nơi tiêm",
        "Điểm tiêm",
        "Địa điểm tiêm",
    ),
)


@dataclass(frozen=True)
class Meaning:
    """What a heading says: the field, and the dose of it where it names one (0: none)."""

    field: Field
    dose: int = 0


UNKNOWN = Meaning(Field.IGNORED)


def plain(heading: str) -> str:
    """Returns the words of a heading without accents, signs and line breaks: what it is remembered and looked up by."""
    return NOT_WORDS.sub(" ", fold(heading)).strip()


def meaning_of(heading: str) -> Meaning | None:
    """Returns what the heading says; None where no pattern knows it. A column known to be no matter of ours is IGNORED."""
    words = plain(_without_gaps(heading))
    rest, dose = _without_dose(words)
    for pattern, field in COMPILED:
        if pattern.search(rest):
            return Meaning(field, dose if field in OF_DOSE and field != Field.DOSE_NUMBER else 0)
    return None


def _without_gaps(heading: str) -> str:
    """The usual heading that this one was, where a programme put question marks for letters it had none for: "H? và tên"."""
    if "?" not in heading:
        return heading
    letters = re.compile(
        "".join("." if letter == "?" else re.escape(letter) for letter in heading.strip()), re.IGNORECASE
    )
    return next(filter(letters.fullmatch, USUAL), heading)


def _without_dose(words: str) -> tuple[str, int]:
    for pattern in OF_WHICH_DOSE:
        match = pattern.search(words)
        if match:
            rest = " ".join((words[: match.start()] + " " + words[match.end() :]).split())
            return rest, read_dose_number(match["n"]) or 0
    return words, 0


def dose_alone(heading: str) -> int:
    """Returns the dose that a heading names and nothing else of ("Mũi 1"), or 0. Many sheets keep its day under it."""
    rest, dose = _without_dose(plain(heading))
    return dose if not rest else 0


def recognised(cells: Sequence[str]) -> int:
    """Returns how many of the cells are headings of ours: what tells the row of headings from titles and from data."""
    meanings = [meaning_of(cell) for cell in cells if cell and len(cell) < 80]
    return len({meaning for meaning in meanings if meaning and meaning.field != Field.IGNORED})


def joined(group: Sequence[str], below: Sequence[str]) -> list[str]:
    """Returns the headings of a table whose head has two rows: "Mũi 1" over three columns says so of each of the three."""
    headings, over = [], ""
    for place, under in enumerate(below):
        over = (group[place] if place < len(group) else "") or over
        own = group[place] if place < len(group) else ""
        headings.append(" ".join(filter(None, (over if under else own, under))))
    return headings
