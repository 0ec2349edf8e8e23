"""What tests share: a data folder of their own, SQLite and PostgreSQL, and the rule about skipping in CI."""

import os
import shutil
import socket
import subprocess
from collections.abc import Generator, Iterator
from pathlib import Path
from tempfile import mkdtemp
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, settings

from storage.migrating import migrate
from storage.sessions import close_database, open_engine

# A busy machine is slow and not wrong.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")

SHARED_DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def data_folder(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """
    Give every test a data folder and an SQLite database of its own.

    The tables are there already, and empty: making them takes longer than most tests. A test marked
    `unmigrated` finds nothing, as the program does where it first starts.
    """
    # Beside the test's own folder, so that a test finds nothing there but what it made.
    folder = tmp_path_factory.mktemp(f"own_{uuid4().hex}", numbered=False) / "data"
    monkeypatch.setenv("SECOND_VISIT_DATA", str(folder))
    monkeypatch.delenv("SECOND_VISIT_DATABASE_URL", raising=False)
    if is_migrated(request):
        folder.mkdir()
        shutil.copyfile(request.getfixturevalue("migrated_file"), folder / "second_visit.db")
    yield folder
    close_database()


def is_migrated(request: pytest.FixtureRequest) -> bool:
    """Return whether a test begins with tables."""
    return request.node.get_closest_marker("unmigrated") is None


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrate an SQLite database, once a process, for tests to begin with a copy of it."""
    file = tmp_path_factory.mktemp("migrated") / "second_visit.db"
    opened = open_engine(f"sqlite:///{file}")
    migrate(opened)
    # With its last connection SQLite puts what stands in the log beside it into the file.
    opened.dispose()
    assert [kept.name for kept in file.parent.iterdir()] == [file.name]
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database(
    request: pytest.FixtureRequest, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[str]:
    """Run a test twice: on an empty SQLite and on an empty PostgreSQL database."""
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql_server")
        name = f"test_{uuid4().hex}"
        create = f'CREATE DATABASE "{name}"'
        if is_migrated(request):
            create += f' TEMPLATE "{request.getfixturevalue("migrated_template")}" STRATEGY file_copy'
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(create.encode())
        monkeypatch.setenv("SECOND_VISIT_DATABASE_URL", f"{server}/{name}")
    yield str(request.param)
    close_database()
    if request.param == "postgresql":
        # Hundreds of databases kept to the end would take longer to remove than they were in use.
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def migrated_template(postgresql_server: str) -> str:
    """Migrate a PostgreSQL database, once a process, for tests to begin with a copy of it."""
    name = "migrated"
    with psycopg.connect(f"{postgresql_server}/postgres", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    opened = open_engine(f"{postgresql_server}/{name}".replace("postgresql://", "postgresql+psycopg://"))
    migrate(opened)
    # Nobody may be connected to what is copied.
    opened.dispose()
    return name


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """Start a PostgreSQL of our own from Debian's package, on loopback only; stop it at the end."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    as_user: list[str] = []
    # Not in pytest's own folder: each pytest that starts closes that to everybody but its user.
    folder = Path(mkdtemp(prefix="second_visit_postgresql_"))
    if os.geteuid() == 0:
        # PostgreSQL refuses to run as root; Debian's package brings a user for it.
        as_user = ["runuser", "-u", "postgres", "--"]
        shutil.chown(folder, "postgres")
    bin_folder, cluster = programs[-1].parent, folder / "cluster"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    start = [str(bin_folder / "initdb"), "-A", "trust", "-U", "postgres", "--no-sync", "-D", str(cluster)]
    subprocess.run([*as_user, *start], check=True, capture_output=True)
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
    control = [*as_user, str(bin_folder / "pg_ctl"), "-D", str(cluster), "-w"]
    subprocess.run(
        [*control, "-o", options, "-l", str(folder / "log"), "start"], check=True, stdout=subprocess.DEVNULL
    )
    yield f"postgresql://postgres@127.0.0.1:{port}"
    subprocess.run([*control, "-m", "immediate", "stop"], check=True, capture_output=True)
    shutil.rmtree(folder)


@pytest.fixture
def chicago() -> Path:
    """Return the folder of real visits, which lies beside the project; skip where it does not."""
    folder = SHARED_DATA / "chicago"
    if not folder.is_dir():
        pytest.skip("the Chicago visits are not beside this checkout (../shared/data/chicago)")
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the tests marked `long`, so that no process is left with one at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI nothing may be skipped: what a test needs is installed there."""
    report = yield
    if report.skipped and os.environ.get("CI_REQUIRE_ALL") and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped although CI_REQUIRE_ALL is set: {report.longrepr}"
    return report
