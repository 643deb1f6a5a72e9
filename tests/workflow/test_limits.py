"""Limits of the config hold in the jobs."""

import numpy as np
import pytest

from lettermill.image.codec import encode_png
from project import Project


@pytest.mark.slow
def test_max_pixels_holds_in_every_job_also_when_it_is_lowered_later(tmp_path) -> None:
    project = Project.of_sample(tmp_path, 3, download={"max_pixels": 40_000})
    for name, height in {"small": 30, "medium": 300, "large": 301}.items():
        (tmp_path / f"images/{name}.png").write_bytes(encode_png(np.full((height, 133), 255, np.uint8)))
        project.rows[name] = [f"{name}.png", "ANNA"]

    def reasons() -> dict[str, tuple[str, str]]:
        return {row["row_id"]: (row["stage"], row["reason"]) for row in project.rejected_rows()}

    project.run()
    first = reasons()
    assert {row_id: first[row_id] for row_id in ("small", "medium", "large")} == {
        "small": ("segment", "blank_image"),
        "medium": ("segment", "blank_image"),
        "large": ("download", "too_large"),
    }
    project.settings["download"] = {"max_pixels": 30_000}
    assert "download" not in project.ran("-R", "crop")  # what has been fetched is there
    assert reasons() == {**first, "medium": ("crop", "too_large")}
