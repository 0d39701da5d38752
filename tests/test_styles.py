"""The style sheets and the sprite: nothing is used that is not there, and nothing is there that is not used."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHEETS = "".join(path.read_text() for path in sorted((ROOT / "static" / "css").glob("*.css")))
SPRITE = (ROOT / "static" / "icons.svg").read_text()
PICTURES = SPRITE + (ROOT / "static" / "icon.svg").read_text()
CODE = "".join(
    path.read_text()
    for folder in ("templates", "jobs", "accounts")
    for path in sorted((ROOT / folder).rglob("*.[hp]*"))
    if path.suffix in (".html", ".py")
)


def test_every_variable_is_defined_and_used() -> None:
    defined = set(re.findall(r"(--[\w-]+):", SHEETS))
    used = set(re.findall(r"var\((--[\w-]+)", SHEETS + PICTURES))
    assert defined == used


def test_every_picture_is_drawn_and_used() -> None:
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', SPRITE))
    of_states = {name for name in drawn if name.startswith("st-")}
    named = set(re.findall(r"""icon[ (]["']([\w-]+)["']""", CODE))
    assert named - {"st-"} <= drawn
    assert drawn - of_states - named == set()
