"""Wrong input gets one clear message, or, when it is a row, a line in rejected.csv."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from project import Project


@pytest.fixture
def small(tmp_path: Path) -> Project:
    return Project.of_sample(tmp_path / "project", 4, batches=1)


@pytest.mark.parametrize(
    ("settings", "messages"),
    [
        (
            {"mehtod": "histogram", "batches": "some"},
            [
                "my.yaml, line 7: unknown key `mehtod`. Did you mean `method`?",
                "`batches: some` is not valid. Use auto, image or a whole number",
            ],
        ),
        ({"table": "wrods.csv"}, ["`table: wrods.csv` does not exist"]),
        ({"images": "pictures"}, ["`images: pictures` does not exist"]),
        ({"columns": {"id": "id", "image": "url", "text": "word"}}, ["words.csv, line 1: there is no column 'url'"]),
    ],
)
def test_a_wrong_config_stops_with_its_messages(small: Project, settings: dict, messages: list[str]) -> None:
    small.settings.update(settings)
    output = small.run(fails=True)
    assert all(message in output for message in messages)
    assert "Traceback" not in output and 'File "' not in output


def test_an_empty_table_stops_with_one_message(small: Project) -> None:
    small.rows = {}
    output = small.run(fails=True)
    assert "the table has a header but no rows" in output and "Traceback" not in output


def test_bad_rows_are_rejected_and_the_run_goes_on(small: Project) -> None:
    images = small.folder / "images"
    cv2.imwrite(str(images / "blank.png"), np.full((36, 388), 255, np.uint8))
    cv2.imwrite(str(images / "speck.png"), cv2.circle(np.full((36, 388), 255, np.uint8), (200, 18), 1, 0, -1))
    (images / "text.png").write_text("no image")
    (images / "empty.png").touch()
    small.rows |= {
        "blank": ["blank.png", "ANA"],
        "speck": ["speck.png", "ANA"],
        "text": ["text.png", "ANA"],
        "empty": ["empty.png", "ANA"],
        "missing": ["missing.png", "ANA"],
        "untranscribed": ["blank.png", ""],
        "unread": ["blank.png", "UNREADABLE"],
        "a\x07b": ["blank.png", "ANA"],
        "": ["blank.png", "ANA"],
        "escape": ["../words.csv", "ANA"],
        "refused": ["http://127.0.0.1:9/a.jpg", "ANA"],
    }
    small.settings["download"] = {"retries": 0}
    small.run()
    found = {row["row_id"]: (row["stage"], row["reason"]) for row in small.rejected()}
    expected = {
        "blank": ("segment", "blank_image"),
        "speck": ("segment", "no_letters"),
        "text": ("download", "not_an_image"),
        "empty": ("download", "not_an_image"),
        "missing": ("download", "missing_file"),
        "untranscribed": ("table", "empty_transcription"),
        "unread": ("table", "unreadable_transcription"),
        "a\x07b": ("table", "unsafe_id"),
        "": ("table", "empty_id"),
        "escape": ("table", "outside_images_folder"),
        "refused": ("download", "connection_error"),
    }
    assert {row_id: found.get(row_id) for row_id in expected} == expected
    delivered = {letter["row_id"] for letter in small.metadata()}
    assert len(delivered) + len(small.rejected()) == len(small.rows)
    assert delivered


def test_a_table_of_bad_rows_only_still_ends_well(small: Project) -> None:
    small.rows = {"": ["a.png", "ANA"], "x": ["b.png", ""]}
    small.run()
    assert small.metadata() == []
    assert len(small.rejected()) == 2
