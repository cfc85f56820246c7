"""Changing or withdrawing a declaration with its pass, for the person who can tell what was declared."""

from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from checkpoints.declaring import changing, passes
from checkpoints.declaring.forms import PASS_CHANGE, IdentityForm, OpenedForm
from checkpoints.declaring.sheet import Sheet, as_sent, with_numbers
from checkpoints.declaring.views import LAST_PASS, show_sheet
from vaxreg.access import public
from vaxreg.errors import too_many_requests
from vaxreg.limits import count_request, limited
from vaxreg.responses import SeeOther
from vaxreg.sealing import seal
from vaxreg.sheets import KEEP, SEND

# Whoever holds a pass may try this often an hour to tell the date of birth and the phone declared with it.
TRIES, TRIES_SECONDS = 10, 3_600
# What the button says that files anew, and the field by which the page goes on with it.
ANEW = "anew"


@public
@limited
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change_pass(request, token):
    found = passes.find_pass(token)
    if found is None:
        raise Http404
    act = request.POST.get("do", SEND)
    try:
        if request.method != "POST" or act == "open":
            return identify(request, token)
        return act_on_opened(request, token, act)
    except changing.ChangeRefusedError as refusal:
        return render(
            request, "checkpoints/declaring/change_refused.html", {"token": token, "refusal": refusal}, status=409
        )


def identify(request, token):
    form = IdentityForm(request.POST if request.method == "POST" else None)
    if form.is_bound and count_request(f"change:{token}", seconds=TRIES_SECONDS) > TRIES:
        return too_many_requests(request)
    if form.is_bound and form.is_valid():
        try:
            filed = changing.open_journey(token=token, **form.cleaned_data, by=request.actor)
            return show_opened(request, token, filed)
        except changing.NotTheDeclarerError as error:
            form.add_error(None, error.message)
    return render(request, "checkpoints/declaring/change_identity.html", {"form": form, "token": token})


def show_opened(request, token, filed):
    sent = as_sent(filed, is_change=True)
    sent["opened"] = seal({"token": token, "seen": [row.pk for row in filed]}, purpose=PASS_CHANGE)
    sheet = Sheet(sent, act=KEEP, today=timezone.localdate(), filed=filed)
    return show_sheet(request, sheet, token=token)


def act_on_opened(request, token, act):
    opened = OpenedForm(request.POST, token=token)
    if not opened.is_valid():
        return render(
            request,
            "checkpoints/declaring/change_identity.html",
            {"form": IdentityForm(), "token": token, "is_late": True},
        )
    seen = opened.cleaned_data["opened"]
    if act == "withdraw":
        changing.withdraw_journey(seen=seen, by=request.actor)
        return changed(token)
    filed = changing.seen_declarations(seen)
    if act == ANEW or ANEW in request.POST:
        return file_anew(request, token, act, filed)
    sheet = Sheet(request.POST, act=act, today=timezone.localdate(), filed=filed)
    if not sheet.is_complete:
        return show_sheet(request, sheet, token=token)
    changing.change_journey(seen=seen, changed=sheet.changed, added=sheet.added, by=request.actor)
    together = passes.token_of_journey(filed[0].journey) if sheet.added else None
    return LAST_PASS.keep(changed(together), together) if together else changed(token)


def file_anew(request, token, act, filed):
    """All that was declared, to be filed under another number; the declarations of this pass end when that is sent."""
    data = request.POST
    if act == ANEW:
        data, act = with_numbers(data, filed), KEEP
        data[ANEW] = "1"
    sheet = Sheet(data, act=act, today=timezone.localdate())
    if not sheet.is_complete:
        return show_sheet(request, sheet, token=token, is_anew=True)
    seen = [declaration.pk for declaration in filed]
    _declarations, new_token = changing.replace_journey(seen=seen, people=sheet.answers, by=request.actor)
    return LAST_PASS.keep(SeeOther(f"/p/{new_token}/"), new_token)


def changed(token):
    """The pass as it is now: under an address of its own, for the phone keeps the page of the old version."""
    return SeeOther(f"/p/{token}/?v={passes.find_pass(token).edition}")
