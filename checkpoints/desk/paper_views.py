"""Papers without a number that we know: what they say, and whom of the registry they may mean."""

from django.shortcuts import render
from django.utils import timezone

from checkpoints.cards.candidates import find_candidates
from checkpoints.cards.certificates import read_certificate
from checkpoints.cards.signers import signers_in_use
from checkpoints.desk.forms import CANDIDATE, ScanForm
from vaxreg.sealing import seal


def show_hint(request, checkpoint, scan):
    certificate = None
    if scan.certificate:
        certificate = read_certificate(scan.certificate, signers=signers_in_use(), at=timezone.now())
    who = certificate.who if certificate else scan.hint
    found = find_candidates(hint=who, kind=scan.kind, checkpoint=checkpoint, by=request.actor)
    candidates = [(person, seal(person.pk, purpose=CANDIDATE)) for person in found]
    context = {"checkpoint": checkpoint, "form": ScanForm(), "certificate": certificate, "who": who, "is_hint": True}
    return render(request, "checkpoints/desk/hint.html", context | {"candidates": candidates})
