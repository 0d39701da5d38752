"""The `deck` script: when it makes `.venv` anew. Nothing is installed here."""

import shutil
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from dashboard.services.home import ROOT

GROUPS = ("base", "embedded", "dev", "bench")
ENOUGH = [("embedded", "embedded"), ("dev", "embedded"), ("dev", "dev"), ("bench", "embedded"), ("bench", "dev")]


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script as of a checkout of its own; what it would run stands in `ran`."""
    shutil.copy(ROOT / "deck", tmp_path / "deck")
    shutil.copytree(ROOT / "dashboard" / "commands", tmp_path / "dashboard" / "commands")
    (tmp_path / "requirements").mkdir()
    for group in GROUPS:
        (tmp_path / "requirements" / f"{group}.txt").write_text(group)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    spec = spec_from_loader("deck", SourceFileLoader("deck", str(tmp_path / "deck")))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    ran: list[str] = []
    monkeypatch.setattr(module, "run", lambda *command: ran.append(" ".join(command)))
    monkeypatch.setattr(module, "ran", ran, raising=False)
    return module


def environment(script: ModuleType, group: str, *, interpreter: Path = Path(sys.executable)) -> None:
    """A `.venv` that says that it holds `group`."""
    (script.VENV / "bin").mkdir(parents=True)
    script.PYTHON.symlink_to(interpreter)
    (script.VENV / "installed").write_text(script.fingerprint(group))


@pytest.mark.parametrize(("held", "wanted"), ENOUGH)
def test_what_is_there_is_left_alone(script: ModuleType, held: str, wanted: str) -> None:
    environment(script, held)
    script.install(wanted)
    assert script.ran == []


@pytest.mark.parametrize(("held", "wanted"), [("embedded", "dev"), ("embedded", "bench"), ("dev", "bench")])
def test_more_is_installed_where_less_is_there(script: ModuleType, held: str, wanted: str) -> None:
    environment(script, held)
    (script.VENV / "kept").touch()
    script.install(wanted)
    assert [command.split()[-1] for command in script.ran] == [script.locked(wanted)]
    assert (script.VENV / "kept").exists()
    assert (script.VENV / "installed").read_text() == script.fingerprint(wanted)


def test_an_interpreter_that_is_gone_is_noticed(script: ModuleType) -> None:
    (script.ROOT / "gone").touch()
    environment(script, "dev", interpreter=script.ROOT / "gone")
    (script.ROOT / "gone").unlink()
    (script.VENV / "left").touch()
    script.VENV.joinpath("bin", "kept").touch()
    with pytest.raises(FileNotFoundError):
        script.install("dev")
    assert [" -m venv " in command for command in script.ran] == [True, False]
    assert not (script.VENV / "left").exists()


def test_every_group_has_its_requirements() -> None:
    assert {path.stem for path in (ROOT / "requirements").glob("*.txt")} == set(GROUPS)
    assert {path.stem for path in (ROOT / "requirements").glob("*.in")} == set(GROUPS)


def test_commands_are_those_of_the_help(script: ModuleType) -> None:
    listed = {line.split()[1] for line in script.HELP.splitlines()} - {"help"}
    assert listed == script.COMMANDS


@pytest.mark.parametrize("command", ["nothing", "__init__", "../settings"])
def test_what_is_no_command_is_refused(script: ModuleType, command: str) -> None:
    assert script.main(command) == 2
    assert script.ran == []
