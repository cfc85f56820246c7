"""No number, phone or row of a person reaches a log, whatever message carries it."""

import io
import logging
import re

import pytest
from django.db import DatabaseError, IntegrityError

from residents.models import Resident
from residents.tests.factories import ResidentFactory
from vaxreg.redaction import RedactingFormatter, redact


@pytest.mark.parametrize(
    "text",
    [
        "079301123456",
        "person 079301123456 refused",
        "citizen_id=079301123456",
        "CCCD079301123456",
        "/desk/079301123456/",
        "079 3 01 123456",
        "079.301.123.456",
        "079%20301%20123456",
        "079+301+123456",
        "T00000001234",
        "123456789",
        "0912345678",
        "0912 345 678",
        "+84 912 345 678",
        "079301123456079301123457",
        "2026-11-23 079301123456",
    ],
)
def test_redact_removes_numbers_and_phones(text):
    assert not re.search(r"[0-9]{3}", redact(text).replace("2026-11-23", ""))
    assert "[number]" in redact(text)


@pytest.mark.parametrize("text", ["192.168.10.200", "2026-11-23 07:15:01,123", "port 8000", "line 1234567", "3.11.7"])
def test_redact_leaves_what_operators_need(text):
    assert redact(text) == text


def test_redact_removes_pass_tokens_and_sealed_values():
    assert redact("Not Found: /p/Zk3vQ0aB9xYwLmN2pRsTuV/") == "Not Found: /p/[token]/"
    assert redact("GET /clinic/slip/34679CDF/ 200 7ms") == "GET /clinic/slip/[code]/ 200 7ms"
    assert redact("GET /clinic/confirmation/34679CDF/ 200") == "GET /clinic/confirmation/[code]/ 200"
    assert redact("GET /admin/?q=gAAAAABn-_x%3D%3D") == "GET /admin/?q=[sealed]"


@pytest.fixture
def log():
    """What a logger with the production formatter writes."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter("{levelname} {name} {message}", style="{"))
    logger = logging.getLogger("test.redaction")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "facts",
    [
        {"citizen_id": "079090123456", "full_name": "Lê Hữu Ước"},
        {"citizen_id": "079090123457", "full_name": "Lê Hữu Ước", "address": "hẻm 12\n\nLê Lợi", "sex": "X"},
    ],
)
def test_traceback_of_an_integrity_error_quotes_no_row(log, facts):
    logger, stream = log
    ResidentFactory(citizen_id="079090123456")
    try:
        Resident.objects.create(source="clinic", **facts)
    except IntegrityError:
        logger.exception("failed")
    written = stream.getvalue()
    assert "IntegrityError" in written
    assert "DETAIL: [removed]" in written
    for secret in ("079090", "Ước", "Lê Lợi"):
        assert secret not in written


@pytest.mark.django_db
def test_traceback_of_a_statement_quotes_neither_statement_nor_value(log):
    logger, stream = log
    for condition in ("full_nam = 'Lê Hữu Ước'", "date_of_birth = 'Lê Hữu Ước'"):
        try:
            list(Resident.objects.raw(f"SELECT * FROM residents_resident WHERE {condition}"))
        except DatabaseError:
            logger.exception("failed")
            break
    assert "LINE 1: [removed]" in stream.getvalue()
    assert "Hữu" not in stream.getvalue().partition("psycopg2.errors")[2]


def test_django_request_warning_tells_no_number(client, caplog):
    with caplog.at_level(logging.WARNING, logger="django.request"):
        client.get("/079301123456/")
    [record] = [record for record in caplog.records if record.name == "django.request"]
    assert "079301123456" not in RedactingFormatter().format(record)
