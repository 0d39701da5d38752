"""`./deck manage operator NAME`: make an operator, or give one a new password and let them sign in again."""

import secrets
from typing import Any

from axes.utils import reset
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    """Prints the password, once."""

    help = "Make an operator, or give one a new password; it is printed once."

    def add_arguments(self, parser: CommandParser) -> None:
        """The operator's name."""
        parser.add_argument("name")
        parser.add_argument("--remove", action="store_true", help="let the operator not sign in any more")

    def handle(self, *_: Any, name: str, remove: bool, **__: Any) -> None:
        """Do it."""
        if remove:
            if not User.objects.filter(username=name).update(is_active=False):
                raise CommandError(f"There is no operator '{name}'.")
            self.stdout.write(f"{name} cannot sign in any more.")
            return
        try:
            User._meta.get_field("username").clean(name, None)
        except ValidationError as why:
            raise CommandError(f"'{name}' cannot be a name: {why.messages[0]}") from why
        user, _made = User.objects.get_or_create(username=name)
        password = secrets.token_urlsafe(15)
        user.is_active = True
        user.set_password(password)
        user.save()
        reset(username=name)
        self.stdout.write(f"operator: {name}  password: {password}")
