"""The settings for downloads: config ``download``."""

from collections.abc import Mapping
from typing import Any, NamedTuple


class FetchSettings(NamedTuple):
    """See config ``download``."""

    connections: int = 16  # of one job
    connections_per_host: int = 8  # of one job
    requests_per_second: float | None = None  # to one host, of one job
    timeout: float = 20.0  # seconds: to connect, and for each read of a response
    deadline: float = 120.0  # seconds for one URL, with all attempts
    retries: int = 3
    backoff: float = 0.5  # seconds
    host_failures: int = 16  # consecutive attempts without a complete response
    max_bytes: int = 20_000_000
    max_pixels: int = 20_000_000  # OpenCV reads it from the environment, see lettermill/__init__.py
    user_agent: str = "Lettermill"
    contact: str | None = None
    x_robots_tag: tuple[str, ...] = ()
    refuse_private_addresses: bool = False
    mirrors: Mapping[str, str] = {}

    @classmethod
    def from_config(cls, download: Mapping[str, Any]) -> "FetchSettings":
        """The settings in config ``download`` that concern downloads."""
        return cls(**{name: download[name] for name in cls._fields})

    @property
    def agent(self) -> str:
        """The User-Agent header."""
        return f"{self.user_agent} ({self.contact})" if self.contact else self.user_agent

    @property
    def limits(self) -> str:
        """The settings that can make a failure permanent, as text; see ``KeptResponse``."""
        directives = "+".join(sorted(self.x_robots_tag))
        return f"{self.max_bytes} {self.max_pixels} {directives} {self.refuse_private_addresses}"
