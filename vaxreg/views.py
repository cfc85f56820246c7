"""The home page, signing in, and one's own account."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import PasswordChangeForm
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from vaxreg import accounts
from vaxreg.access import public, signed_in
from vaxreg.forms import SecondFactorSetUpForm, SignInForm, TokenForm
from vaxreg.limits import limited
from vaxreg.places import places_of
from vaxreg.qr import qr_svg

LONGEST_NEXT = 2_000


def safe_next(request, default="/"):
    """The page that the visitor came from, when it is one of ours."""
    target = request.POST.get("next") or request.GET.get("next") or default
    ours = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    # Only paths: redirect() would take a bare word for the name of a view.
    return target if ours and target.startswith("/") and len(target) <= LONGEST_NEXT else default


@public
@require_safe
def home(request):
    return render(request, "vaxreg/home.html")


@public
@require_POST
def language(request):
    response = redirect(safe_next(request))
    chosen = request.POST.get("language")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            chosen,
            max_age=settings.LANGUAGE_COOKIE_AGE,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
            samesite=settings.LANGUAGE_COOKIE_SAMESITE,
        )
    return response


@public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited
def login(request):
    target = safe_next(request)
    if request.method == "GET" and request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(request, data=request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        accounts.sign_in(request, user=form.get_user())
        return redirect(target)
    if form.is_bound and {"username", "password"} <= form.cleaned_data.keys():
        locked = getattr(request, "axes_locked_out", False)
        accounts.note_refused_sign_in(by=request.actor, username=form.cleaned_data["username"], locked=locked)
    return render(request, "vaxreg/login.html", {"form": form, "next": target})


@public
@require_POST
def logout(request):
    accounts.sign_out(request)
    messages.success(request, _("You have signed out."))
    return redirect("/")


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor(request):
    target = safe_next(request)
    if request.user.is_verified() or not request.user.has_second_factor:
        return redirect(target)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.verify(request, device=accounts.check_token(form.cleaned_data["token"], by=request.actor))
            return redirect(target)
        except accounts.WrongTokenError as error:
            form.add_error("token", error.message)
    return render(request, "vaxreg/second_factor.html", {"form": form, "next": target})


@signed_in
@require_safe
def account(request):
    return render(request, "vaxreg/account.html", {"places": places_of(request.user, on=timezone.localdate())})


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request):
    form = PasswordChangeForm(request.user, request.POST if request.method == "POST" else None)
    if form.is_valid():
        accounts.change_password(request, form=form)
        messages.success(request, _("Your password is changed. Your other sessions have ended."))
        return redirect("/account/")
    return render(request, "vaxreg/password.html", {"form": form})


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def second_factor_setup(request):
    if not request.user.has_second_factor:
        return offer_second_factor(request)
    if not request.user.is_verified():
        return redirect(f"/login/second-factor/?{urlencode({'next': request.path})}")
    form = TokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.check_token(form.cleaned_data["token"], by=request.actor)
            accounts.remove_second_factor(user=request.user, by=request.actor)
            messages.success(request, _("Your second factor is removed."))
            return redirect("/account/")
        except accounts.WrongTokenError as error:
            form.add_error("token", error.message)
    return render(request, "vaxreg/second_factor_remove.html", {"form": form})


def offer_second_factor(request):
    """Shows a new key, or makes it the user's second factor once the app has proved to hold it."""
    form = SecondFactorSetUpForm(request.user, data=request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            device = accounts.set_up_second_factor(by=request.actor, **form.cleaned_data)
            accounts.verify(request, device=device)
            messages.success(request, _("Your second factor is set up. From now on it is asked at every sign-in."))
            return redirect("/account/")
        except (accounts.WrongTokenError, accounts.HasSecondFactorError) as error:
            form.add_error("token", error.message)
    if "key" in form.errors:
        messages.error(request, _("This page was too old. Scan the new code."))
        return redirect("/account/second-factor/")
    qr = qr_svg(accounts.enrolment_url(request.user, form.offered_key), title=_("QR code for the app"))
    context = {"form": form, "qr": qr, "secret": accounts.secret_text(form.offered_key)}
    return render(request, "vaxreg/second_factor_setup.html", context)
