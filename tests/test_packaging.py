"""The wheel: what is in it, and that it runs in an environment that has nothing else."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CHORUS_TUI"))
}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    [built] = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command of the wheel, installed with its dependencies into an environment of its own."""
    folder = tmp_path_factory.mktemp("installed")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True, timeout=60)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--disable-pip-version-check",
        "--python",
        str(folder / "bin" / "python"),
    ]
    install = ["install", "-qq", "--no-compile", "--constraint", str(ROOT / "constraints.txt"), str(wheel)]
    subprocess.run([*pip, *install], check=True, capture_output=True, timeout=300)
    return folder / "bin" / "chorus-tui"


def run(*arguments: str | Path) -> str:
    answer = subprocess.run(
        list(map(str, arguments)), check=True, capture_output=True, text=True, timeout=60, env=ENVIRONMENT
    )
    return answer.stdout


def test_the_wheel_holds_themes_catalogue_samples_world_and_failures(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "chorus_tui/locale/fr/LC_MESSAGES/chorus_tui.mo" in names
    assert "chorus_tui/sandbox/world.toml" in names
    assert "chorus_tui/domain/failures.toml" in names
    assert "chorus_tui/py.typed" in names
    assert {f"chorus_tui/themes/{theme.name}" for theme in (ROOT / "themes").glob("*.toml")} <= names
    assert len([name for name in names if re.match(r"chorus_tui/sandbox/samples/.*\.pdf", name)]) >= 12
    assert not [name for name in names if name.startswith(("tests/", "themes/"))]


def test_the_installed_command_says_its_version(installed: Path) -> None:
    assert re.fullmatch(r"chorus-tui \d+\.\d+\.\d+\n", run(installed, "--version"))


def test_the_installed_command_works_without_network_on_an_empty_home(
    installed: Path, tmp_path: Path
) -> None:
    found = json.loads(run(installed, "--home", tmp_path / "home", "status", "--json"))
    assert found["places"]["to_submit"] == 0
    assert not (tmp_path / "home").exists()


def test_the_installed_command_explains_a_message(installed: Path) -> None:
    """S1-087."""
    assert "header.incorrect" in run(installed, "explain", "Header synthesis is not correct")


def test_the_installed_command_finds_themes_and_french(installed: Path) -> None:
    python = installed.with_name("python")
    assert "dark" in run(python, "-c", "from chorus_tui.ui.themes import names; print(names())")
    french = ENVIRONMENT | {"LANG": "fr_FR.UTF-8", "LC_ALL": "", "LANGUAGE": ""}
    answer = subprocess.run(
        [installed, "--help"], check=True, capture_output=True, text=True, timeout=60, env=french
    )
    assert "Codes de retour" in answer.stdout


@pytest.fixture
def served(installed: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [installed, "sandbox", "--port", "0"], stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert process.stdout is not None
    with process:
        try:
            yield process.stdout.readline()
        finally:
            process.terminate()


def test_the_installed_sandbox_says_where_it_is(served: str) -> None:
    found = json.loads(served)
    account = {"client_id", "client_secret", "login", "password"}
    assert set(found) == {"oauth", "api", "recipient", "validator"} | account
    assert set(found["recipient"]) == set(found["validator"]) == account
    assert found["api"].startswith("http://127.0.0.1:")


def test_every_import_is_a_declared_dependency() -> None:
    """What comes only with another package may leave with its next version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[<>=!~\[ ]", each)[0].lower() for each in project["dependencies"]}
    owners = packages_distributions()
    undeclared: dict[str, str] = {}
    for source in (ROOT / "chorus_tui").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            for name in {name.partition(".")[0] for name in names} - sys.stdlib_module_names - {"chorus_tui"}:
                if not {owner.lower() for owner in owners.get(name, [name])} & declared:
                    undeclared[name] = str(source.relative_to(ROOT))
    assert undeclared == {}


def test_constraints_are_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text().splitlines():
        assert re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line), line
