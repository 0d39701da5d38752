"""`./deck manage …`: Django's own commands, with the embedded services running."""

import os
import sys

from dashboard.services.embedded import embedded
from dashboard.services.plainly import plainly


def main() -> None:
    """Run the command that the arguments name."""
    with plainly(), embedded("postgres", "valkey"):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
        from django.core.management import execute_from_command_line

        from dashboard import setup

        setup.check_environment()
        with setup.reaching_database():
            execute_from_command_line(["./deck manage", *sys.argv[1:]])


if __name__ == "__main__":
    main()
