"""Forms of the admin pages for users."""

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from vaxreg.models import User
from vaxreg.roles import Role


class RolesField(forms.ModelMultipleChoiceField):
    """The roles as check boxes, under the names that people know them by."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        groups = Group.objects.filter(name__in=Role.values).order_by("pk")
        super().__init__(groups, label=_("Roles"), required=False)

    def label_from_instance(self, group: Group) -> str:
        return Role(group.name).label


class UserForm(UserChangeForm):
    groups = RolesField()

    class Meta(UserChangeForm.Meta):
        model = User
        fields = ["username", "password", "full_name", "is_active", "groups"]


class NewUserForm(AdminUserCreationForm):
    groups = RolesField()

    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ["username", "full_name", "groups"]
