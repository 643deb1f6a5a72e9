"""validate says what is known before a run, and makes nothing but the plan."""

from pathlib import Path

from project import Project
from server import Server


def test_a_table_and_a_sample_of_its_images_are_looked_at(tmp_path: Path, server: Server) -> None:
    project = Project.of_sample(tmp_path / "project", 40, batches=4)
    for row in list(project.rows.values())[:30]:
        server.responses[f"/{row[0]}"] = (200, {}, (project.folder / "images" / row[0]).read_bytes())
        row[0] = f"{server.url}/{row[0]}"
    project.rows["gone"] = [f"{server.url}/gone.jpg", "A"]
    project.rows["far"] = ["http://far.invalid/far.jpg", "A"]
    project.rows["missing"] = ["missing.jpg", "A"]
    project.rows["spoken"] = ["ftp://example.org/a.jpg", "A"]
    output = project.run("validate")
    for line in (
        "44 rows, 43 of them usable; batches: 4",
        "spoken: ftp://example.org/a.jpg: write an http:// or https:// URL, or the path of a file",
        "11 image files in images; missing: 1\n           missing.jpg",
        "32 images to download; hosts: 2\n",
        f"           {server.url.removeprefix('http://')}: 31\n           far.invalid:80: 1\n",
        "20 of these requested as a sample; succeeded: ",
        "download        4\n",
    ):
        assert line in output
    assert len(server.paths) in (19, 20)  # which they are depends on the server's port
    assert [path.name for path in project.folder.glob("results/*")] == ["plan"]
    assert not (project.folder / "cache").exists()


def test_a_finished_run_has_nothing_to_do(project: Project) -> None:
    assert "What a run would do\nNothing: everything is up to date." in project.run("validate")
