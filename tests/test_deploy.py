"""What lies beside the program for a server holds to the program: options, variables, limits."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from crm_core.cli_parser import build
from crm_core.serve import UPLOAD_MB
from crm_core.watch.variables import VARIABLES

ROOT = Path(__file__).parents[1]
FILES = ("docker-compose.yml", "deploy/example.env", "deploy/regulars.service", "docs/server.md")


def text(name: str) -> str:
    return (ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", FILES)
def test_variables_are_known(name: str) -> None:
    """No file sets a variable of ours that the program does not read; the host's name is the proxy's own."""
    named = set(re.findall(r"\bREGULARS_[A-Z_]+\b", text(name))) - {"REGULARS_HOST"}
    assert named <= set(VARIABLES)


@pytest.mark.parametrize(
    "line",
    [
        re.search(r"^ExecStart=\S+/regulars (.*)$", text("deploy/regulars.service"), re.M)[1],  # type: ignore[index]
        " ".join(re.findall(r'"([^"]+)"', re.search(r"^CMD (\[.*\])$", text("Dockerfile"), re.M)[1])),  # type: ignore[index]
        re.search(r"run --rm app (user add .*)$", text("docker-compose.yml"), re.M)[1],  # type: ignore[index]
    ],
)
def test_commands_are_understood(line: str) -> None:
    """The program takes the options that the unit, the container and the comment give it."""
    assert build().parse_args(shlex.split(line)).verb in ("serve", "user")


def test_what_the_image_copies_is_there() -> None:
    """Every file that the Dockerfile copies lies in the project, and none of it is kept out of the build."""
    copied = {
        name for line in re.findall(r"^COPY (.*)$", text("Dockerfile"), re.M) for name in line.split()[:-1]
    }
    assert all((ROOT / name).exists() for name in copied)
    assert not copied & set(text(".dockerignore").split())


def test_proxy_takes_the_largest_upload() -> None:
    """A file that the program would take is not refused by the proxy."""
    allowed = re.search(r"max_size (\d+)MB", text("deploy/Caddyfile"))
    assert allowed and int(allowed[1]) > 2 * UPLOAD_MB


def test_compose_is_understood() -> None:
    """Where docker is at hand, it reads the file."""
    docker = shutil.which("docker")
    if docker is None or subprocess.run([docker, "compose", "version"], capture_output=True).returncode:
        pytest.skip("no docker with compose here")
    told = {"REGULARS_HOST": "crm.example.com", "POSTGRES_PASSWORD": "x", "PATH": str(Path(docker).parent)}
    subprocess.run([docker, "compose", "config", "--quiet"], cwd=ROOT, env=told, check=True)
