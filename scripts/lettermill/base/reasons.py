"""Why a row or a letter is not delivered: the fixed list of reasons, by the stage that gives each.

docs/rejection-reasons.md is made from it by `python docs/reference.py`.
"""

from typing import NamedTuple


class Reason(NamedTuple):
    """Why a row or a letter is not delivered. meaning: in a few words. fix: what to do about it, in Markdown."""

    meaning: str
    fix: str


COMPARE = "compare"
"""The stage that withholds rows whose transcriptions seem to belong to other images."""

MOVED, CONTRADICTED = "moved_transcription", "contradicted_table"
"""Its reasons."""

RETRY = "Run `snakemake retry_failed`, then `snakemake` again."

REASONS: dict[str, dict[str, Reason]] = {
    "table": {
        "malformed_line": Reason(
            "the line of the table is not a readable row", "Correct the line; `detail` has its number and the problem."
        ),
        "spreadsheet_error": Reason(
            "a cell has an error of a spreadsheet, such as #N/A, or a formula without a value",
            "Correct the formula. If a program wrote the workbook, open it in Excel and save it once.",
        ),
        "empty_id": Reason("the row has no id", "Give the row an id."),
        "unsafe_id": Reason("the id has control characters or more than 4,096 bytes", "Shorten or clean the id."),
        "duplicate_id": Reason("another row has the same id", "Give each row its own id, or delete the duplicate."),
        "empty_image": Reason("the row names no image", "Fill in the URL or the path."),
        "invalid_url": Reason("the image is neither an http(s) URL nor a path", "Correct the URL or the path."),
        "outside_images_folder": Reason(
            "the path leads out of the images folder",
            "Write the path relative to the folder `images` of your config, or set `images` to a folder above.",
        ),
        "empty_transcription": Reason(
            "the transcription has no letter of the alphabet",
            "Correct the transcription, or add its letters to `alphabet`.",
        ),
        "unreadable_transcription": Reason(
            "the transcription is listed in config `unreadable`",
            "Nothing, if the image is unreadable. Otherwise correct the transcription or the list.",
        ),
        "excluded_by_hand": Reason("a correction excludes the row", "Delete the correction to get the row back."),
    },
    "download": {
        "missing_file": Reason("the image file does not exist", "Correct the path, or put the file there."),
        "outside_images_folder": Reason(
            "the image is a link that leads out of the images folder",
            "Set `images` to a folder that contains the file itself.",
        ),
        "invalid_url": Reason("the URL, or one that it redirects to, is not valid", "Correct the URL."),
        "refused_address": Reason(
            "the URL leads to a private or loopback network, which the config refuses",
            "If you trust the table, set `download: {refuse_private_addresses: false}`, then run "
            "`snakemake retry_failed`.",
        ),
        "not_found": Reason(
            "the server returned 404", "Correct the URL, or set `download: {mirrors: …}` if the images have moved."
        ),
        "gone": Reason(
            "the server returned 410", "Correct the URL, or set `download: {mirrors: …}` if the images have moved."
        ),
        "forbidden": Reason(
            "the server returned 401, 403, 407 or 451",
            "Put your user name and password into the URL or into `.netrc`, then run `snakemake refresh`.",
        ),
        "too_many_requests": Reason(
            "the server returned 429 or 425: too many requests",
            "Set `download: {requests_per_second: …}`, wait a while, then run `snakemake retry_failed`.",
        ),
        "server_error": Reason("the server returned 5xx", f"Wait until the server works. {RETRY}"),
        "http_error": Reason(
            "the server returned another status than 200",
            "Open the URL in a browser; `detail` has the status. Correct the URL, or run `snakemake refresh` later.",
        ),
        "timeout": Reason(
            "no connection or no complete response in time",
            f"Raise `timeout` or `deadline` in `download`. {RETRY}",
        ),
        "connection_error": Reason(
            "the server is unreachable or closed the connection without a response", f"Check the network. {RETRY}"
        ),
        "dns_error": Reason("the host name cannot be resolved", f"Check the host name and the network. {RETRY}"),
        "tls_error": Reason(
            "the certificate of the server is not valid, or the TLS connection failed",
            f"Check the certificate and the clock of your machine. {RETRY}",
        ),
        "too_many_redirects": Reason("the URL redirects too often", "Use the final URL of the image."),
        "too_large": Reason(
            "the image exceeds config `max_bytes` or `max_pixels`, or 65,535 pixels on one side",
            "Raise the limit in `download`, then run `snakemake retry_failed`; or use a smaller image.",
        ),
        "truncated": Reason(
            "the response broke off, or the image file is incomplete", f"{RETRY} Replace a file that is incomplete."
        ),
        "not_an_image": Reason(
            "the content is not an image that can be decoded", "`detail` says what it is, and what to do."
        ),
        "blocked_by_robots": Reason(
            "the X-Robots-Tag header of the response has a directive of config `x_robots_tag`",
            "Respect it. Otherwise change `download: {x_robots_tag: …}`, then run `snakemake retry_failed`.",
        ),
    },
    "crop": {
        "outside_image": Reason(
            "the configured crop leaves nothing of the image", "Correct `crop: {box: …}` or `crop: {profiles: …}`."
        ),
        "too_large": Reason(
            "the image exceeds config `max_pixels`, which was larger when it was downloaded",
            "Raise `download: {max_pixels: …}`, or use a smaller image.",
        ),
    },
    "segment": {
        "blank_image": Reason("the image has no ink", "Look at the row's debug picture. Check `crop`."),
        "no_letters": Reason(
            "no ink has the shape of a letter",
            "Look at the row's debug picture. Check `crop`, then the tolerances in `segment`.",
        ),
        "too_many_pieces": Reason(
            "the ink has too many or too entangled pieces for a word",
            "The image is noise, a pattern or a whole page. Crop it to the word.",
        ),
    },
    "match": {
        "too_few_boxes": Reason(
            "fewer boxes than letters: letters touch or are missing",
            "Use `method: align`, which separates touching letters.",
        ),
        "too_many_boxes": Reason(
            "more boxes than letters: letters are broken, or there is other ink",
            "Use `method: align`, which joins broken letters.",
        ),
        "wide_box": Reason("as many boxes as letters, but one is too wide for a single letter", "Use `method: align`."),
    },
    "align": {
        "nothing_learnt": Reason(
            "no recogniser could be trained: too few words fit their transcriptions, or letters do not look alike",
            "See what the summary says of the images. Add rows, or use `method: histogram` for the words that fit.",
        ),
        "too_few_pieces": Reason(
            "the ink has fewer pieces than the transcription has letters",
            "Check the transcription and the row's debug picture.",
        ),
        "low_confidence": Reason(
            "the confidence of the letter, or of every letter of the row, is below config `align: {confidence: …}`",
            "Accept right letters on the review page, or lower the threshold.",
        ),
    },
    COMPARE: {
        MOVED: Reason(
            "the transcription seems to belong to the image of another row, as those of the rows around it",
            "Move the transcriptions back in the table; `detail` names the row of the image. If they are right, set "
            "`accept_contradicted: true`.",
        ),
        CONTRADICTED: Reason(
            "the ink of most words of the table contradicts their transcriptions",
            "Compare some images with their transcriptions: these may belong to other images. If they are right, set "
            "`accept_contradicted: true`.",
        ),
    },
    "review": {
        "rejected_by_hand": Reason(
            "a correction rejects the letter, or every letter of the row", "Delete the correction to get it back."
        ),
    },
}

TRANSIENT = frozenset(
    {"timeout", "connection_error", "dns_error", "tls_error", "too_many_requests", "server_error", "truncated"}
)
"""Reasons of ``download`` that may be gone on another day."""


def explain(stage: str, reason: str) -> str:
    """What a reason means."""
    found = REASONS.get(stage, {}).get(reason)
    return found.meaning if found else "?"
