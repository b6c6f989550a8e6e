"""The private servers on machines as they are: root or not, closed and deep directories."""

import os
import shutil
from pathlib import Path

import psycopg
import pytest

from sasportal.embedded import EmbeddedServerFailed, Postgres, private_directory


def test_the_data_stay_in_the_clone_where_they_can() -> None:
    assert private_directory(Path("/var/tmp/var")) == Path("/var/tmp/var")


def test_too_deep_a_clone_is_no_obstacle(tmp_path: Path) -> None:
    directory = private_directory(tmp_path / ("deep" * 20))
    assert len(str(directory / "postgres/socket/.s.PGSQL.5432")) < 108


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands PostgreSQL over to another account")
def test_root_starts_it_from_a_directory_closed_to_others(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    directory = private_directory(tmp_path / "var")
    server = Postgres(directory=directory / "postgres", durable=False)
    try:
        server.start()
        with psycopg.connect(server.url) as connection:
            assert connection.execute("SELECT current_user").fetchone() == ("sas",)
    finally:
        server.stop()
        shutil.rmtree(directory)


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    home = private_directory(tmp_path / "var")
    data = home / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9.6\n")
    log = tmp_path / "postgres.log"
    with pytest.raises(EmbeddedServerFailed, match="PostgreSQL did not start"):
        Postgres(directory=home / "postgres", log=log).start()
    shutil.rmtree(home, ignore_errors=True)
