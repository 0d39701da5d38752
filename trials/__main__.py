"""`python -m trials WORLD EXAMPLES STEPS SEED`: examples of the stateful test, in the database that is set."""

import os
import sys

import django


def main(name: str, examples: str, steps: str, seed: str) -> None:
    """Run them; what one that fails comes to is raised."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    django.setup()
    from trials.states import run_examples  # its models need Django to be set up
    from trials.worlds import WORLDS

    run_examples(WORLDS[name], examples=int(examples), steps=int(steps), seed=int(seed))


if __name__ == "__main__":
    main(*sys.argv[1:])
