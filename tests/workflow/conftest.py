"""A project that has been run once; tests copy it and go on from there."""

from pathlib import Path

import pytest

from project import Project

BATCHES = 4


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """40 rows of the sample in four batches, run to the end. Not to be changed: copy it."""
    project = Project.of_sample(tmp_path_factory.mktemp("finished") / "project", 40, batches=BATCHES)
    project.run()
    return project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project."""
    return finished.copy(tmp_path / "project")
