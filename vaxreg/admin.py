"""Users with their roles, and the audit trail. The apps above add their assignments to UserAdmin.inlines."""

import re

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from django_otp.plugins.otp_totp.models import TOTPDevice

from vaxreg import accounts, audit
from vaxreg.acts import act_label, channel_label, object_label
from vaxreg.admin_forms import NewUserForm, UserForm
from vaxreg.audited_admin import AuditedModelAdmin, PersonalDataAdmin
from vaxreg.models import AuditEntry, User
from vaxreg.roles import Role

# The three forms of a person's number, which the apps above know more about.
NUMBER = re.compile(r"[0-9]{12}|[0-9]{9}|T[0-9]{11}", re.ASCII)


class RoleFilter(admin.SimpleListFilter):
    title = _("role")
    parameter_name = "role"

    def lookups(self, request, model_admin):
        return Role.choices

    def queryset(self, request, queryset):
        return queryset.filter(groups__name=self.value()) if self.value() in Role.values else queryset


@admin.register(User)
class UserAdmin(AuditedModelAdmin, DjangoUserAdmin):
    form = UserForm
    add_form = NewUserForm
    inlines = []
    list_display = ["username", "full_name", "roles", "is_active", "second_factor", "last_login"]
    list_filter = [RoleFilter, "is_active"]
    search_fields = ["username", "full_name"]
    filter_horizontal = []
    ordering = ["username"]
    readonly_fields = ["last_login", "date_joined", "second_factor"]
    actions = ["remove_second_factor"]
    fieldsets = [
        (None, {"fields": ["username", "password", "full_name", "is_active"]}),
        (_("Roles"), {"fields": ["groups"]}),
        (_("Sign-in"), {"fields": ["second_factor", "last_login", "date_joined"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "full_name", "usable_password", "password1", "password2"]}),
        (_("Roles"), {"fields": ["groups"]}),
    ]

    def get_queryset(self, request):
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        return super().get_queryset(request).prefetch_related("groups").annotate(has_second_factor=Exists(device))

    def has_change_permission(self, request, obj=None):
        # A superuser's password in an administrator's hands would make the administrator a superuser.
        beyond = obj is not None and obj.is_superuser and not request.user.is_superuser
        return not beyond and super().has_change_permission(request, obj)

    def has_delete_permission(self, request, obj=None):
        # What somebody did must stay theirs: accounts are taken out of use, not away.
        return False

    @admin.display(description=_("roles"))
    def roles(self, user):
        held = {group.name for group in user.groups.all()}
        return ", ".join(str(role.label) for role in Role if role in held)

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, user):
        return user.has_second_factor

    def user_change_password(self, request, id, form_url=""):
        with transaction.atomic():
            return super().user_change_password(request, id, form_url)

    def log_change(self, request, obj, message):
        # The page that sets a password saves past save_model; this is the one step it shares with the others.
        if request.resolver_match.url_name == "auth_user_password_change":
            audit.record(by=request.actor, action="password.set", subject=obj)
        return super().log_change(request, obj, message)

    @admin.action(description=_("Remove second factor (phone lost)"), permissions=["change"])
    def remove_second_factor(self, request, queryset):
        users = [user for user in queryset.exclude(pk=request.user.pk) if self.has_change_permission(request, user)]
        removed = sum(bool(accounts.remove_second_factor(user=user, by=request.actor)) for user in users)
        text = ngettext(
            "The second factor of %d user is removed.", "The second factors of %d users are removed.", removed
        )
        messages.success(request, text % removed)


@admin.register(AuditEntry)
class AuditEntryAdmin(PersonalDataAdmin):
    # Who did what is read from the newest on; people are masked.
    lists_unsearched = True
    list_display = ["at", "user", "act", "person", "kind", "address", "way"]
    list_display_links = ["at"]
    list_select_related = ["user"]
    ordering = ["-pk"]
    fields = ["at", "user", "address", "way", "act", "resident", "kind", "object_id", "changes"]
    readonly_fields = ["act", "kind", "way"]
    search_help_text = _("The number of a person, or a user name.")

    def number_in(self, text):
        number = "".join(text.split()).upper()
        return number if NUMBER.fullmatch(number) else ""

    def find(self, queryset, text):
        user = User.objects.filter(username=text).values("pk")
        number = self.number_in(text)
        return queryset.filter(Q(resident=number) | Q(user__in=user) if number else Q(user__in=user))

    @admin.display(description=_("action"))
    def act(self, entry):
        return act_label(entry.action)

    @admin.display(description=_("object type"))
    def kind(self, entry):
        return object_label(entry.object_type)

    @admin.display(description=_("channel"))
    def way(self, entry):
        return channel_label(entry.channel)

    @admin.display(description=_("person"))
    def person(self, entry):
        return f"•••{entry.resident[-4:]}" if entry.resident else ""
