"""Digital COVID certificates: what they say, and what their signature is worth."""

import json
import zlib
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from types import SimpleNamespace

import base45
import cbor2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cwt import COSE, COSEKey
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from checkpoints.cards.certificates import key_id, read_certificate
from checkpoints.cards.scan import read_scan
from checkpoints.models import TrustedSigner
from checkpoints.tests.factories import CheckpointFactory, officer_at
from residents.tests.factories import ResidentFactory
from vaxreg.models import AuditEntry

NOW = datetime(2026, 3, 1, tzinfo=UTC)
WRITTEN = {
    "ver": "1.3.0",
    "nam": {"fn": "Nguyễn", "gn": "Văn An", "fnt": "NGUYEN", "gnt": "VAN<AN"},
    "dob": "1990-03-05",
    "v": [{"mp": "EU/1/20/1528", "dn": 2, "sd": 2, "dt": "2021-09-20", "co": "VN"}],
}
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "data" / "dgc-testdata"


def certified(private):
    """A signer's certificate over the key."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "VN")])
    building = x509.CertificateBuilder(name, name, private.public_key(), x509.random_serial_number())
    building = building.not_valid_before(NOW - timedelta(days=9)).not_valid_after(NOW + timedelta(days=900))
    return building.sign(private, hashes.SHA256())


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def signer_of(certificate):
    return SimpleNamespace(kid=key_id(certificate), certificate=pem(certificate))


@pytest.fixture(scope="module")
def keys():
    return {"ES256": ec.generate_private_key(ec.SECP256R1()), "PS256": rsa.generate_private_key(65537, 2048)}


def signed(private, certificate, algorithm="ES256", *, tagged=True, expires=NOW + timedelta(days=30), written=WRITTEN):
    """The text of a QR made as an issuer would."""
    secret = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    key = COSEKey.from_pem(secret, alg=algorithm)
    claims = {1: "VN", 4: int(expires.timestamp()), 6: int(NOW.timestamp()), -260: {1: written}}
    numbers = {"ES256": -7, "PS256": -37, "RS256": -257}
    protected = {1: numbers[algorithm], 4: certificate.fingerprint(hashes.SHA256())[:8]}
    message = COSE.new().encode_and_sign(cbor2.dumps(claims), key, protected=protected, unprotected={})
    if not tagged:
        message = cbor2.dumps(cbor2.loads(message).value)
    return "HC1:" + base45.b45encode(zlib.compress(message)).decode()


@pytest.mark.parametrize("algorithm", ["ES256", "PS256", "RS256"])
@pytest.mark.parametrize("tagged", [True, False])
def test_it_works(keys, algorithm, tagged):
    private = keys["ES256" if algorithm == "ES256" else "PS256"]
    certificate = certified(private)
    text = signed(private, certificate, algorithm, tagged=tagged)
    read = read_certificate(text, signers=[signer_of(certificate)], at=NOW)
    assert (read.trust, read.who.full_name, str(read.who.birth)) == ("valid", "Nguyễn Văn An", "05/03/1990")
    (dose,) = read.vaccinations
    assert (dose.vaccine, dose.dose, str(dose.given_on)) == ("Comirnaty", "2/2", "2021-09-20")


def test_unknown_signer_is_not_trusted(keys):
    certificate = certified(keys["ES256"])
    assert read_certificate(signed(keys["ES256"], certificate), signers=[], at=NOW).trust == "not-trusted"


def test_signature_by_another_key_is_broken(keys):
    certificate = certified(keys["ES256"])
    forged = signed(ec.generate_private_key(ec.SECP256R1()), certificate)
    assert read_certificate(forged, signers=[signer_of(certificate)], at=NOW).trust == "broken"


def test_end_of_validity_is_the_moment_itself(keys):
    certificate = certified(keys["ES256"])
    text = signed(keys["ES256"], certificate, expires=NOW)
    signers = [signer_of(certificate)]
    assert read_certificate(text, signers=signers, at=NOW).trust == "expired"
    assert read_certificate(text, signers=signers, at=NOW - timedelta(seconds=1)).trust == "valid"


@pytest.mark.parametrize(
    "written", [[], {"nam": 7, "v": 7}, {"v": [7]}, None, {"nam": {"fn": 7}, "dob": [], "v": None}]
)
def test_nonsense_that_is_signed_is_survived(keys, written):
    certificate = certified(keys["ES256"])
    read = read_certificate(
        signed(keys["ES256"], certificate, written=written), signers=[signer_of(certificate)], at=NOW
    )
    assert read.trust in ("valid", "broken")


def test_bomb_is_not_unpacked():
    bomb = "HC1:" + base45.b45encode(zlib.compress(b"0" * 50_000_000)).decode()
    assert read_certificate(bomb, signers=[], at=NOW).trust == "broken"


@given(st.text() | st.binary(max_size=60).map(lambda message: base45.b45encode(zlib.compress(message)).decode()))
def test_any_text_is_read_or_broken(text):
    assert read_certificate(f"HC1:{text}", signers=[], at=NOW).trust in ("broken", "not-trusted")


def samples():
    return sorted(SAMPLES.rglob("*.json")) if SAMPLES.is_dir() else []


@pytest.mark.skipif(not samples(), reason="../shared/data/dgc-testdata is not here")
def test_samples_of_many_countries_are_judged_as_they_expect():
    wrong, judged = [], 0
    for path in samples():
        sample = json.loads(path.read_text())
        expected, context = sample.get("EXPECTEDRESULTS", {}), sample.get("TESTCTX", {})
        if "PREFIX" not in sample or not context.get("CERTIFICATE") or "EXPECTEDVERIFY" not in expected:
            continue
        der = f"-----BEGIN CERTIFICATE-----\n{context['CERTIFICATE']}\n-----END CERTIFICATE-----\n"
        signer = signer_of(x509.load_pem_x509_certificate(der.encode()))
        at = (
            datetime.fromisoformat(context["VALIDATIONCLOCK"].replace("Z", "+00:00"))
            if context.get("VALIDATIONCLOCK")
            else NOW
        )
        trust = read_certificate(sample["PREFIX"], signers=[signer], at=at).trust
        judged += 1
        wanted = expected["EXPECTEDVERIFY"] and expected.get("EXPECTEDEXPIRATIONCHECK", True)
        if (trust == "valid") != wanted:
            wrong.append(f"{path.relative_to(SAMPLES)}: {trust}, not {expected} {context.get('DESCRIPTION')}")
    assert not wrong, "\n".join(wrong)
    assert judged > 50


@pytest.mark.django_db
def test_desk_shows_the_certificate_and_hints_at_the_person(client, english, keys, tmp_path):
    officer_at(CheckpointFactory(), client)
    ResidentFactory(full_name="Nguyễn Văn An")
    certificate = certified(keys["ES256"])
    text = signed(keys["ES256"], certificate, expires=datetime.now(UTC) + timedelta(days=1))
    assert "Signer not trusted" in client.post("/desk/", {"scan": text}).content.decode()
    (tmp_path / "signer.pem").write_text(pem(certificate))
    call_command("load_trusted_signers", tmp_path / "signer.pem")
    page = unescape(client.post("/desk/", {"scan": text}).content.decode())
    assert "✓ Signature valid (VN)" in page
    assert "Comirnaty, 20/09/2021" in page
    assert "This is the person" in page
    assert "verdict" not in page
    assert AuditEntry.objects.filter(action="resident.hinted").count() == 2


def test_certificate_is_read_whole_by_the_box(keys):
    text = signed(keys["ES256"], certified(keys["ES256"]))
    assert read_scan(f" {text}\r\n").certificate == text
    assert read_scan(f"{text}\r\n{text}\r\n").certificate == text


@pytest.mark.django_db
def test_signers_are_loaded_once_from_pem_and_json(keys, tmp_path):
    certificates = [certified(key) for key in keys.values()]
    (tmp_path / "list.pem").write_text("".join(map(pem, certificates)))
    raw = ["".join(pem(certificate).splitlines()[1:-1]) for certificate in certificates]
    (tmp_path / "list.json").write_text(json.dumps({"certificates": [{"rawData": one} for one in raw]}))
    call_command("load_trusted_signers", tmp_path / "list.pem", tmp_path / "list.json")
    assert TrustedSigner.objects.count() == 2
    assert TrustedSigner.objects.filter(country="VN", kid=key_id(certificates[0])).exists()
    assert AuditEntry.objects.filter(action="signer.trusted").count() == 2


@pytest.mark.parametrize("text", ["", "{}", "[7]", '["AAAA"]', "-----BEGIN CERTIFICATE-----"])
def test_file_that_is_no_trust_list_is_refused(tmp_path, text):
    (tmp_path / "list").write_text(text)
    with translation.override("en"), pytest.raises(CommandError, match="No certificates are read from list"):
        call_command("load_trusted_signers", tmp_path / "list")
