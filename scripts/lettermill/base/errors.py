"""Errors that a user can fix."""


class InputError(Exception):
    """The user's config or table is wrong; the message names the place and the fix."""


class CorruptedFileError(Exception):
    """A file made by an earlier stage cannot be read; the message names it and what to do."""
