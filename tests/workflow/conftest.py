"""The workflow from end to end, on tables that are small: what comes out, and which jobs a change runs again. Projects
that have been run once are shared; tests copy them and go on from there."""

from pathlib import Path

import pytest

from project import Project


@pytest.fixture
def project(finished: Project, tmp_path: Path) -> Project:
    """A copy of the finished project."""
    return finished.copy(tmp_path / "project")
