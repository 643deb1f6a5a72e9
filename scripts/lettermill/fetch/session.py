"""A requests.Session with checked connections that leaves redirects to its caller."""

import functools
import http.cookiejar
import os
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin

import requests
from requests.adapters import HTTPAdapter
from requests.exceptions import InvalidSchema, InvalidURL
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, select_proxy, urldefragauth
from urllib3.exceptions import MaxRetryError

from lettermill.base.errors import InputError
from lettermill.fetch.connections import CheckedHTTPConnection, CheckedHTTPSConnection, StaleConnectionError
from lettermill.fetch.settings import FetchSettings
from lettermill.fetch.urls import InvalidUrlError, origin_of


class _Adapter(HTTPAdapter):
    """Makes checked connections. Reads the CA certificates once, because reading them for each connection takes longer
    than downloading an image.

    authorities: a file or folder of CA certificates; anything else means those of requests.
    """

    def __init__(self, settings: FetchSettings, authorities: str | bool | None):
        self._connections = {
            scheme: functools.partial(kind, public_only=settings.refuse_private_addresses)
            for scheme, kind in {"http": CheckedHTTPConnection, "https": CheckedHTTPSConnection}.items()
        }
        self._authorities = authorities if isinstance(authorities, str) else DEFAULT_CA_BUNDLE_PATH
        # Keep connections open for as many hosts as there can be concurrent requests.
        super().__init__(pool_connections=settings.connections, pool_maxsize=settings.connections_per_host)

    @functools.cached_property
    def _tls(self) -> ssl.SSLContext:
        if os.path.isdir(self._authorities):
            return ssl.create_default_context(capath=self._authorities)
        return ssl.create_default_context(cafile=self._authorities)

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        pool.ConnectionCls = self._connections[pool.scheme]
        return pool

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": self._tls} if host["scheme"] == "https" else {}

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        if proxy.lower().startswith("https:"):
            options["proxy_ssl_context"] = self._tls
        return super().proxy_manager_for(proxy, **options)

    def cert_verify(self, *_: Any) -> None:
        """Nothing to do: the TLS context has all settings."""


class Session(requests.Session):
    """Sends requests for images. Credentials, proxies and CA certificates are found as in requests."""

    def __init__(self, settings: FetchSettings):
        super().__init__()
        self.headers = CaseInsensitiveDict(
            {"User-Agent": settings.agent, "Accept": "image/*, */*;q=0.5", "Accept-Encoding": "identity"}
        )
        # The environment is the same for all URLs of a host, and reading it takes a fourth of the time of a request.
        self._environment_of = functools.cache(
            lambda url: self.merge_environment_settings(url, {}, stream=True, verify=None, cert=None)
        )
        self.verify = os.environ.get("SSL_CERT_FILE") or True
        self.cookies.set_policy(http.cookiejar.DefaultCookiePolicy(allowed_domains=()))
        adapter = _Adapter(settings, self._environment_of("")["verify"])
        for prefix in ("http://", "https://"):
            self.mount(prefix, adapter)

    def request_for(self, url: str, headers: Mapping[str, str]) -> requests.PreparedRequest:
        """A request for ``url``. Raises InvalidUrlError when it is not valid."""
        origin_of(url)
        try:
            return self.prepare_request(requests.Request("GET", url, headers=headers))
        except ValueError as error:  # the errors of requests are ValueErrors too
            raise InvalidUrlError("not a valid URL") from error

    def redirect_of(self, response: requests.Response) -> str | None:
        """The Location header of a redirect, or None."""
        try:
            target = super().get_redirect_target(response)
        except UnicodeError:  # not UTF-8: take the header as it was read
            target = response.headers["Location"]
        return target and target.strip()

    def redirected(self, response: requests.Response, target: str) -> requests.PreparedRequest:
        """The request that follows the redirect ``response`` to ``target``. Raises InvalidUrlError."""
        request = response.request.copy()
        try:
            url = urljoin(response.url, target)
            origin_of(url)
            request.prepare_url(url, None)
            self.rebuild_auth(request, response)  # type: ignore[no-untyped-call]
            request.prepare_auth(None)  # the credentials of the new URL
        except ValueError as error:
            raise InvalidUrlError("redirects to a URL that is not http:// or https://") from error
        return request

    def send_once(self, request: requests.PreparedRequest, seconds: float) -> requests.Response:
        """The response to ``request``, its body unread. seconds: timeout to connect, and for each read.

        Raises the errors of requests, urllib3 and ``connections``, and InputError when the proxy of the environment
        cannot be used.
        """
        environment = self._environment_of("/".join((request.url or "").split("/", 3)[:3]))
        while True:
            try:
                return self.send(request, timeout=seconds, allow_redirects=False, **environment)
            except (InvalidURL, InvalidSchema) as error:
                proxy = select_proxy(request.url or "", environment["proxies"])
                if proxy is None:
                    raise
                raise InputError(
                    f"The proxy {urldefragauth(proxy)} of the environment cannot be used: {str(error).rstrip('.')}. "
                    "Correct or unset the environment variable `http_proxy`, `https_proxy` or `all_proxy`."
                ) from error
            except requests.ConnectionError as error:
                if not _is_stale(error):
                    raise
                # Use the next open connection, or finally a new one.

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Always None: otherwise ``send`` would read the whole body of a redirect, however long."""


def cause_of(error: Exception) -> BaseException:
    """The urllib3 error inside an error of requests, or ``error`` itself."""
    cause = error.args[0] if error.args else None
    if isinstance(cause, MaxRetryError):
        cause = cause.reason
    return cause if isinstance(cause, BaseException) else error


def _is_stale(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, StaleConnectionError):
        error = error.__context__
    return error is not None
