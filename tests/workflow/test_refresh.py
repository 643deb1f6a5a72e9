"""Fetching images again: what has failed, or everything; only what has changed is worked on again."""

import hashlib
from pathlib import Path

import pytest

from lettermill.plan.batches import batch_of
from project import ROOT, Project
from server import Request, Server

END = {"compare": 1, "dataset": 1, "sheets": 1, "report": 1, "review": 1, "all": 1}
BROKEN = (503, {}, b"")


@pytest.fixture
def web(tmp_path: Path, server: Server) -> Project:
    """40 rows in four batches whose images are served, with ETags, and not tried twice."""
    project = Project.of_sample(tmp_path / "project", 40, batches=4, download={"retries": 0})
    for row in project.rows.values():
        serve(server, f"/{row[0]}", (project.folder / "images" / row[0]).read_bytes())
        row[0] = f"{server.url}/{row[0]}"
    return project


def serve(server: Server, path: str, content: bytes) -> None:
    etag = f'"{hashlib.sha256(content).hexdigest()[:8]}"'

    def respond(request: Request) -> tuple:
        known = request.headers["If-None-Match"] == etag
        return (304, {"ETag": etag}, b"") if known else (200, {"ETag": etag}, content)

    server.responses[path] = respond


def failed(project: Project) -> dict[str, str]:
    return {row["row_id"]: row["reason"] for row in project.rejected_rows() if row["stage"] == "download"}


def work_on(*row_ids: str) -> dict[str, int]:
    """The jobs that there are when the images of these rows are others."""
    batches = len({batch_of(row_id, 4) for row_id in row_ids})
    return {**dict.fromkeys(("download", "crop", "segment", "match", "cut"), batches), **END}


def test_what_has_failed_is_fetched_again_if_it_may_do_better(web: Project, server: Server) -> None:
    passing, gone, moved, *_ = web.rows
    path_of = {row_id: row[0].removeprefix(server.url) for row_id, row in web.rows.items()}
    good = {path: server.responses[path] for path in (path_of[passing], path_of[gone])}
    server.responses |= {path_of[passing]: BROKEN, path_of[gone]: (404, {}, b"")}
    web.rows[moved][0] = f"http://gone.invalid/scans{path_of[moved]}"
    web.settings["keep_intermediates"] = False
    assert (
        "images of 2 rows failed with a transient error. To retry, run:\n         snakemake retry_failed" in web.run()
    )
    assert failed(web) == {passing: "server_error", gone: "not_found", moved: "dns_error"}
    server.paths.clear()

    # Another run of the batch sends no request. Both transient failures still fail.
    web.run("-R", "download")
    assert server.paths == []
    assert "2 failed as before" in web.run("retry_failed")
    assert server.paths == [path_of[passing]]
    assert web.planned() == {}

    # The server is repaired, and the host that is gone has a mirror.
    server.responses |= good
    web.settings["download"]["mirrors"] = {"http://gone.invalid/scans/": f"{server.url}/"}
    assert web.planned() == {}
    assert "2 now available" in web.run("retry_failed")
    assert web.planned() == work_on(passing, moved)
    server.paths.clear()
    web.run()
    assert server.paths == []
    assert {passing, moved} <= {row["row_id"] for row in web.metadata()}
    assert failed(web) == {gone: "not_found"}
    assert web.planned() == {}
    assert "URLs requested again: 0" in web.run("retry_failed")


@pytest.mark.slow
def test_only_images_that_have_changed_are_worked_on_again(web: Project, server: Server) -> None:
    changed, lost, back, *others = web.rows
    path_of = {row_id: row[0].removeprefix(server.url) for row_id, row in web.rows.items()}
    good = server.responses.pop(path_of[back])
    web.run()
    before = web.dataset()
    assert "39 unchanged\n       1 failed as before" in web.run("refresh")
    assert sum(request.headers["If-None-Match"] is not None for request in server.requests) == 39
    assert web.planned() == {}

    serve(server, path_of[changed], (ROOT / "resources/sample/images" / Path(path_of[others[0]]).name).read_bytes())
    del server.responses[path_of[lost]]
    server.responses[path_of[back]] = good
    output = web.run("refresh")
    assert "1 changed\n" in output and "1 now available\n" in output
    assert "1 no longer available; the images downloaded before are kept" in output
    assert web.ran() == work_on(changed, back)
    after = web.dataset()
    differing = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    letters = {name.split("/")[1].rpartition("_")[0] for name in differing if name.count("/") == 1}
    assert changed in letters and letters <= {changed, back}
    assert web.planned() == {}
