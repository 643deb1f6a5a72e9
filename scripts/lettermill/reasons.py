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
    },
    "download": {
        "missing_file": "the images folder has no such file",
        "outside_images_folder": "the image is a link that leads out of the images folder",
        "unsupported_url": "the address, or one that it leads to, is none that can be fetched",
        "not_found": "the server answered 404 or 410",
        "http_error": "the server answered with another error",
        "timeout": "the server did not answer in time",
        "connection_error": "the server could not be reached or broke off",
        "not_an_image": "what came is not an image that can be decoded",
    },
    "crop": {
        "outside_image": "the configured crop leaves nothing of the image",
    },
    "segment": {
        "blank_image": "the image has no ink",
        "no_letters": "the ink has nothing of the shape of a letter",
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
}
