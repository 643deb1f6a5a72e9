"""Why a row or a letter is not delivered: the fixed list of reasons, and the stage that gives each."""

REASONS: dict[str, dict[str, str]] = {
    "table": {
        "malformed_line": "the line of the table cannot be read as a row",
        "empty_id": "the id is empty",
        "unsafe_id": "the id has control characters or more than 4,096 bytes",
        "duplicate_id": "another row has the same id",
        "empty_image": "no image is named",
        "invalid_url": "the image's address is neither http(s) nor a path",
        "outside_images_folder": "the image's path leads out of the images folder",
        "empty_transcription": "the transcription has no letter of the alphabet",
        "unreadable_transcription": "the transcription is one of config `unreadable`",
        "excluded_by_hand": "a correction leaves the row out",
    },
    "download": {
        "missing_file": "the images folder has no such file",
        "outside_images_folder": "the image is a link that leads out of the images folder",
        "invalid_url": "the URL, or one that it is redirected to, is none that can be fetched",
        "refused_address": "it is of a private or loopback network, and config refuses these",
        "not_found": "the server answered 404",
        "gone": "the server answered 410",
        "forbidden": "the server answered 401, 403, 407 or 451",
        "too_many_requests": "the server answered 429 or 425: it wants to be asked less often",
        "server_error": "the server answered 5xx",
        "http_error": "the server answered with another status that is not 200",
        "timeout": "no connection or no answer in time, or an answer that took too long in all",
        "connection_error": "the server could not be reached, or broke off before it answered",
        "dns_error": "the name of the server could not be resolved",
        "tls_error": "the server's certificate is not valid, or no secure connection came about",
        "too_many_redirects": "the address is redirected on and on",
        "too_large": "more than config `max_bytes` or `max_pixels`, or more than 65,535 pixels to a side",
        "truncated": "the answer broke off, or the image in it lacks its end",
        "not_an_image": "what came is not an image that can be decoded",
        "blocked_by_robots": "its X-Robots-Tag header has one of config `x_robots_tag`",
    },
    "crop": {
        "outside_image": "the configured crop leaves nothing of the image",
        "too_large": "config `max_pixels` was larger when the image was fetched",
    },
    "segment": {
        "blank_image": "the image has no ink",
        "no_letters": "the ink has nothing of the shape of a letter",
        "too_many_pieces": "the ink has so many pieces, or such entangled ones, that it is plainly no word",
    },
    "match": {
        "too_few_boxes": "fewer boxes than letters: some touch or are missing",
        "too_many_boxes": "more boxes than letters: some are broken, or there is other ink",
        "wide_box": "the number fits, but a box is too wide for one letter",
    },
    "align": {
        "too_few_pieces": "the ink has fewer pieces than the transcription letters",
        "low_confidence": "the letter, or every letter of the row, is less sure than config `align: {confidence}`",
    },
    "review": {
        "rejected_by_hand": "a correction leaves the letter, or every letter of the row, out",
    },
}

TRANSIENT = frozenset(
    {"timeout", "connection_error", "dns_error", "tls_error", "too_many_requests", "server_error", "truncated"}
)
"""Reasons of ``download`` that another day may do away with."""


def explain(stage: str, reason: str) -> str:
    """What a reason means."""
    return REASONS.get(stage, {}).get(reason, "?")
