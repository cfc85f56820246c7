"""Signs staff in, and knows their permissions without asking the database again."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef
from django_otp.plugins.otp_totp.models import TOTPDevice

from vaxreg.models import User
from vaxreg.roles import permissions_of


class RoleBackend(ModelBackend):
    def get_user(self, user_id: int) -> User | None:
        """The active user with the codes of all roles held, and whether there is a second factor: one query."""
        roles = User.groups.through.objects.filter(user=OuterRef("pk")).values("group__name")
        device = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        users = User.objects.annotate(held=ArraySubquery(roles), has_second_factor=Exists(device))
        user = users.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        user.role_codes = frozenset(user.held)
        return user

    def get_all_permissions(self, user_obj: User, obj: object = None) -> frozenset[str]:
        if not user_obj.is_active or user_obj.is_anonymous or obj is not None:
            return frozenset()
        return permissions_of(user_obj.role_codes)

    def get_group_permissions(self, user_obj: User, obj: object = None) -> frozenset[str]:
        return self.get_all_permissions(user_obj, obj)
