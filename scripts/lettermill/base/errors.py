"""Errors that a user can fix."""


class InputError(Exception):
    """The user's config, table or images are wrong. The message says where, and what to do."""


class CorruptedFileError(Exception):
    """A file that an earlier stage wrote is damaged. The message names it, and says what to do."""
