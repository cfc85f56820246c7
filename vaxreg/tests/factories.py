"""Staff for tests: UserFactory(roles=[Role.CLINIC_STAFF]), the Actor they are in a service, and their browser."""

from typing import Any

import factory
from django.contrib.auth.models import Group
from django.test import Client
from factory.django import DjangoModelFactory

from vaxreg.actors import Actor
from vaxreg.models import User
from vaxreg.roles import Role


class UserFactory(DjangoModelFactory):
    """A member of staff holding the given roles; without `password` nobody can sign in with one (use `sign_in`)."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staff{n}")
    full_name = factory.Sequence(lambda n: f"Nhân viên {n}")

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, password: str | None = None, **kwargs: Any) -> User:
        return model_class.objects.create_user(*args, password=password, **kwargs)

    @factory.post_generation
    def roles(self: User, create: bool, extracted: list[str] | None, **kwargs: Any) -> None:
        groups = [Group.objects.get_or_create(name=Role(role).value)[0] for role in extracted or ()]
        self.groups.set(groups)


def actor(user: User | None = None) -> Actor:
    """The actor that this user (or somebody new without a role) is when they use the site."""
    return Actor(user=user or UserFactory(), address="192.0.2.7", channel="web")


def sign_in(client: Client, user: User) -> Client:
    """Signs the user in as the sign-in page would; the backend named is the one that knows roles in one query."""
    client.force_login(user, backend="vaxreg.backends.RoleBackend")
    return client
