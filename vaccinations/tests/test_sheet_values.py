"""Values as clerks and spreadsheets write them: what they say, and what says nothing."""

from datetime import date
from functools import partial

import pytest

from residents.birth import UNKNOWN, Birth
from vaccinations.imports.days import order_of, read_birth_text, read_day
from vaccinations.imports.dictionaries import SEXES
from vaccinations.imports.dose_numbers import read_dose_number
from vaccinations.imports.numbers import read_number_text
from vaccinations.imports.phones import read_phone_text
from vaccinations.imports.sheet_names import key, one_vaccine, unit_key, vaccine_keys

PREFIXES = {"001", "079", "080"}
FIFTH_OF_MARCH = date(2021, 3, 5)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *[
            (text, 1)
            for text in (
                "1",
                "01",
                "1.0",
                "I",
                "i",
                "mũi 1",
                "Mũi thứ nhất",
                "Mũi Nhất",
                "lần 1",
                "liều 1",
                "M1",
                "1st",
                "(1)",
                "1.",
                "#1",
                "số 1",
                "Mũi-1",
                "Mũi cơ bản 1",
                "Mũi 1 (cơ bản)",
                "dose #1",
            )
        ],
        *[
            (text, 2)
            for text in ("2", "II", "mũi 2", "Mũi thứ hai", "MUI 2", "mũi số 2", "mũi tiêm 2", "second dose", "  2 ")
        ],
        ("mũi ba", 3),
        ("III", 3),
        ("IV", 4),
        ("15", 15),
        # SORMAS #6888 took the first of these; DIVOC certified a zero for what it could not read.
        *[
            (text, None)
            for text in (
                "15n",
                "",
                "0",
                "00",
                "x",
                "-1",
                "1/2",
                "1,5",
                "1-2",
                "nhắc lại",
                "nhắc lại 1",
                "Mũi nhắc 1",
                "BS",
                "mũi 1/2",
                "bổ sung",
                "hai mũi",
                "IIII",
                "1 2",
            )
        ],
    ],
)
def test_dose_number_is_read_by_the_table_and_nothing_else(text, number):
    assert read_dose_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        *(
            "05/03/2021",
            "5/3/2021",
            "05-03-2021",
            "5.3.2021",
            "05/03/21",
            "2021-03-05",
            "2021/3/5",
            "05032021",
            "20210305",
        ),
        *("44260", "44260.5", "ngày 5 tháng 3 năm 2021", "5 thg 3 2021", "05-Mar-2021", "5 Mar 21", "Mar 5, 2021"),
        *(
            "Ngày 05/03/2021",
            "8h30 ngày 5/3/2021",
            "05-Thg3-21",
            "05//03/2021",
            "05/03/2021.",
            "2021.03.05",
            "20210305.0",
        ),
        *(
            "2021-03-05 00:00:00",
            "2021-03-05T10:30:00",
            "5/3/2021 7:30",
            "05/03/2021 08h30",
            "'05/03/2021",
            " 05 / 03 / 2021 ",
        ),
    ],
)
def test_day_is_read_in_all_its_forms(text):
    assert read_day(text) == FIFTH_OF_MARCH


def test_day_counted_from_1904_and_month_first():
    assert read_day("42798", since_1904=True) == FIFTH_OF_MARCH
    assert read_day("3/5/2021", month_first=True) == FIFTH_OF_MARCH
    assert read_day("2021-03-05", month_first=True) == FIFTH_OF_MARCH


@pytest.mark.parametrize(
    "text", ["", "hôm nay", "3/25/2021", "31/02/2021", "00/00/2021", "2021", "5/3", "15n", "9999999", "O5/03/2021"]
)
def test_what_names_no_day_is_none(text):
    assert read_day(text) is None


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("05/03/1990", Birth(date(1990, 3, 5), "D")),
        ("1990", Birth(date(1990, 1, 1), "Y")),
        ("3/1990", Birth(date(1990, 3, 1), "M")),
        ("00/00/1990", Birth(date(1990, 1, 1), "Y")),
        ("00/03/1990", Birth(date(1990, 3, 1), "M")),
        ("32937", Birth(date(1990, 3, 5), "D")),
        ("05-Mar-1990", Birth(date(1990, 3, 5), "D")),
        ("1990-03-05 00:00:00", Birth(date(1990, 3, 5), "D")),
        *[
            (text, Birth(date(1990, 1, 1), "Y"))
            for text in ("1990.0", "năm 1990", "SN: 1990", "--/--/1990", "xx/xx/1990")
        ],
        *[(text, Birth(date(1990, 3, 1), "M")) for text in ("tháng 3/1990", "tháng 3 năm 1990")],
        # The other century is still to come.
        ("5/3/90", Birth(date(1990, 3, 5), "D")),
        ("05-Mar-45", Birth(date(1945, 3, 5), "D")),
        ("", UNKNOWN),
        # Of which century, nobody knows.
        ("5/3/19", None),
        ("1/13/1990", None),
        ("năm 90", None),
    ],
)
def test_birth_is_read_as_far_as_it_is_known(text, birth):
    assert read_birth_text(text, on=date(2021, 11, 25)) == birth


def test_birth_written_month_first():
    read = partial(read_birth_text, on=date(2021, 11, 25), month_first=True)
    assert read("3/5/1990") == Birth(date(1990, 3, 5), "D")
    assert read("1990") == Birth(date(1990, 1, 1), "Y")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("25/3/2021", "day"),
        ("3/25/2021", "month"),
        ("3/5/2021", ""),
        ("2021-03-25", ""),
        ("40/3/2021", ""),
        ("3/25", ""),
    ],
)
def test_order_of_day_and_month(text, order):
    assert order_of(text) == order


@pytest.mark.parametrize(
    ("text", "number", "problem"),
    [
        ("079090123456", "079090123456", ""),
        ("079 0 90 123456", "079090123456", ""),
        ("079.090.123.456", "079090123456", ""),
        ("'079090123456", "079090123456", ""),
        ("012345678", "012345678", ""),
        ("t00000000012", "T00000000012", ""),
        # A spreadsheet dropped the zeros in front: put back where they lead to a province.
        ("79090123456", "079090123456", "number-restored"),
        ("79090123456.0", "079090123456", "number-restored"),
        ("7.9090123456E+10", "079090123456", "number-restored"),
        ("7,9090123456E10", "079090123456", "number-restored"),
        ("1090123456", "001090123456", "number-restored"),
        ("99090123456", "", "number-malformed"),
        # Digits that are gone are gone.
        ("7.909E+10", "", "digits-lost"),
        ("8E+10", "", "digits-lost"),
        # A number cut short, one digit too long, a letter for a digit, a phone number: nothing is put back.
        ("07909012345", "", "number-malformed"),
        ("0790901234560", "", "number-malformed"),
        ("07909O123456", "", "number-malformed"),
        ("0912345678", "", "number-malformed"),
        ("C1234567", "", "number-malformed"),
        ("079090123456 (mẹ)", "", "number-malformed"),
        # What a clerk writes beside the number, or a programme around it.
        *[
            (text, "079090123456", "")
            for text in (
                "’079090123456",
                '="079090123456"',
                "079,090,123,456",
                "CCCD: 079090123456",
                "079090123456 (CCCD)",
                "079090123456/012345678",
                "012345678 - 079090123456",
                "079090123456\u200e",
            )
        ],
        ("CMND 012345678", "012345678", ""),
        ("79.090.123.456", "079090123456", "number-restored"),
        # Of two citizen IDs nobody knows which.
        ("079090123456/079090123457", "", "number-malformed"),
        # Said to be missing.
        *[
            (text, "", "number-missing")
            for text in ("không có", "Chưa có CCCD", "-", "0", "#N/A", "nan", "000000000000")
        ],
        ("", "", "number-missing"),
        ("  ", "", "number-missing"),
    ],
)
def test_number_of_a_person(text, number, problem):
    read = read_number_text(text, PREFIXES)
    assert (read.number, read.problem) == (number, problem)


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        *[
            (text, "0912345678")
            for text in (
                *(
                    "0912345678",
                    "0912.345.678",
                    "912345678",
                    "912345678.0",
                    "9.12345678E8",
                    "'0912345678",
                    "SĐT: 0912345678",
                ),
                *("+84912345678", "+84 (0)912 345 678", "84912345678.0", "0084912345678", "0912345678 / 0987654321"),
            )
        ],
        # The network whose numbers begin like the country's.
        ("849123456", "0849123456"),
        ("02838123456", "02838123456"),
        ("", ""),
        *[(text, None) for text in ("12345", "0912345678 (mẹ)", "không", "09123456789")],
    ],
)
def test_phone_of_a_person(text, phone):
    assert read_phone_text(text) == phone


@pytest.mark.parametrize(
    ("sex", "texts"),
    [("M", "M|nam|NAM|Male|Nam giới|Ông"), ("F", "F|nữ|Nu|female|Nữ.|Bà"), (None, "0|1|2|x|nam/nữ|N")],
)
def test_sex_is_a_word_and_never_a_code_that_nobody_has_explained(sex, texts):
    assert {SEXES.get(key(text)) for text in texts.split("|")} == {sex}


@pytest.mark.parametrize(
    "text", ["COVID-19 Vaccine AstraZeneca", "Vắc xin AstraZeneca", "astra zeneca", "ASTRA-ZENECA"]
)
def test_vaccine_is_looked_up_without_the_words_said_of_any_vaccine(text):
    assert "astrazeneca" in vaccine_keys(text)


@pytest.mark.parametrize(
    ("text", "vaccine"),
    [
        *[(text, 1) for text in ("AZ (AstraZeneca)", "astra AZ", "AstraZeneca của Anh", "Vắc xin AZ/Astra Zeneca")],
        ("Vero Cell (Sinopharm - Trung Quốc)", 2),
        *[(text, None) for text in ("AZ + Sinopharm", "AZ lô 1", "Trung Quốc", "", "AZ 2")],
    ],
)
def test_vaccine_that_every_word_names(text, vaccine):
    known = {"az": 1, "astra": 1, "astrazeneca": 1, "verocell": 2, "sinopharm": 2}
    assert one_vaccine(text, known) == vaccine


def test_a_word_said_of_any_vaccine_names_none():
    assert vaccine_keys("Vắc xin COVID-19") == ("vacxincovid19",)


@pytest.mark.parametrize(
    "text", ["TP. Hồ Chí Minh", "TP.HCM", "tphcm", "Thành phố Hồ Chí Minh", "Ho Chi Minh City", "hồ chí minh"]
)
def test_province_is_looked_up_without_its_kind(text):
    assert unit_key(text) == "hochiminh"
