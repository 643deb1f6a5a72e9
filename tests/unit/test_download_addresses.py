"""URLs: where they lead, which addresses are refused, how names are found, who is trusted, who is told credentials."""

import ast
import base64
import contextlib
import ipaddress
import shutil
import socket
import ssl
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from fetching import FAST, PNG, fetch, reasons
from lettermill.base.errors import InputError
from lettermill.fetch.addresses import is_public
from project import ROOT
from server import HANG, Request, Server, head, serving

IMAGE = (200, {}, PNG)


def one(folder: Path, address: str, **settings: object) -> str:
    """The reason of the only row."""
    return reasons(fetch(folder, [("row", address)], FAST._replace(**settings)))["row"]


# Redirects.


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize(
    "location",
    ["/there", "there", "./a/../there", "{url}/there", "//{host}/there", "HTTP://{host}/there", "{url}/there#x",
     "{other}/there", "/th%65re"],
)  # fmt: skip
def test_redirects_are_followed(tmp_path: Path, server: Server, status: int, location: str) -> None:
    with serving() as other:
        other.responses = {"/there": IMAGE}
        place = location.format(url=server.url, host=server.url.removeprefix("http://"), other=other.url)
        server.responses = {"/from": (status, {"Location": place}, b"moved"), "/there": IMAGE, "/th%65re": IMAGE}
        assert one(tmp_path, f"{server.url}/from") == ""
        assert len(server.paths) + len(other.paths) == 2


@pytest.mark.parametrize(
    ("location", "path"),
    [
        ("/é à.png", "/%C3%A9%20%C3%A0.png"),
        ("/a b.png", "/a%20b.png"),
        ("/a%20b.png", "/a%20b.png"),
        ("/a%2Fb.png?q=1&r=%26", "/a%2Fb.png?q=1&r=%26"),
        ("?page=2", "/from?page=2"),
        (" /there ", "/there"),
    ],
)
def test_redirects_to_odd_characters(tmp_path: Path, server: Server, location: str, path: str) -> None:
    server.responses = {"/from": (302, {"Location": location}, b""), path: IMAGE}
    assert one(tmp_path, f"{server.url}/from") == "", server.paths
    assert server.paths == ["/from", path]


@pytest.mark.parametrize(
    "location",
    ["file://{secret}", "file:{secret}", "FILE://{secret}", "ftp://127.0.0.1/a.png", "gopher://127.0.0.1:70/_x",
     "data:image/png;base64,iVBORw0KGgo=", "javascript:alert(1)", "mailto:a@example.org", "https://", "http://[",
     "http://[::1", "http://127.0.0.1:99999/", "http://127.0.0.1:x/"],
)  # fmt: skip
def test_redirects_to_what_cannot_be_fetched(tmp_path: Path, server: Server, location: str) -> None:
    secret = tmp_path / "secret.png"
    secret.write_bytes(PNG)
    server.responses = {"/from": (302, {"Location": location.format(secret=secret)}, b"")}
    assert one(tmp_path, f"{server.url}/from") == "invalid_url"
    assert server.paths == ["/from"]


@pytest.mark.parametrize(
    ("length", "reason"), [(1, ""), (5, ""), (6, "too_many_redirects"), (50, "too_many_redirects")]
)
def test_chains_of_redirects(tmp_path: Path, server: Server, length: int, reason: str) -> None:
    server.responses = {f"/{n}": (302, {"Location": f"/{n + 1}"}, b"") for n in range(length)}
    server.responses[f"/{length}"] = IMAGE
    assert one(tmp_path, f"{server.url}/0") == reason
    assert len(server.paths) == min(length, 5) + 1


@pytest.mark.parametrize("loop", [["/a"], ["/a", "/b"], ["/a", "/b", "/c"]])
def test_loops_of_redirects_end(tmp_path: Path, server: Server, loop: list[str]) -> None:
    server.responses = {a: (302, {"Location": b}, b"") for a, b in zip(loop, [*loop[1:], loop[0]], strict=True)}
    assert one(tmp_path, f"{server.url}/a") == "too_many_redirects"
    assert len(server.paths) <= 6


@pytest.mark.parametrize(
    ("target", "reason"),
    [("{url}/nowhere", "not_found"), ("http://nowhere.invalid/a", "dns_error"), ("{dead}/a", "connection_error")],
)
def test_what_a_redirect_leads_to_counts(tmp_path: Path, server: Server, target: str, reason: str) -> None:
    with serving() as dead:
        pass
    server.responses = {"/from": (302, {"Location": target.format(url=server.url, dead=dead.url)}, b"")}
    assert one(tmp_path, f"{server.url}/from", retries=0) == reason


def test_the_body_of_a_redirect_is_not_waited_for(tmp_path: Path, server: Server) -> None:
    server.responses = {"/from": [head(302, length=10**9, Location="/there") + b"x", HANG], "/there": IMAGE}
    assert one(tmp_path, f"{server.url}/from") == ""
    assert server.paths == ["/from", "/there"]


# Addresses as they stand in the table.


@pytest.mark.parametrize(
    ("rest", "requested"),
    [
        ("/a.png", "/a.png"),
        ("", "/"),
        ("?x=1", "/?x=1"),
        ("/a.png#part", "/a.png"),
        ("/é.png", "/%C3%A9.png"),
        ("/%C3%A9.png", "/%C3%A9.png"),
        ("/a b.png", "/a%20b.png"),
        ("/a?name=é&b=c d", "/a?name=%C3%A9&b=c%20d"),
        ("/" + "x" * 8000, "/" + "x" * 8000),
    ],
)
def test_urls_are_requested_as_written(tmp_path: Path, server: Server, rest: str, requested: str) -> None:
    server.otherwise = IMAGE
    assert one(tmp_path, server.url + rest) == ""
    assert server.paths == [requested]


@pytest.mark.parametrize(
    "address",
    ["http://", "https://", "http:///a.png", "http://[", "http://[::1/a", "http://127.0.0.1:99999/a",
     "http://127.0.0.1:-1/a", "http://127.0.0.1:x/a", "ftp://127.0.0.1/a", "file:///etc/hostname", "s3://bucket/a",
     "://a", "http://:80/a", "http://?x", "http://#x", "http+unix://%2Frun%2Fx/a"],
)  # fmt: skip
def test_what_is_no_address_that_can_be_fetched(tmp_path: Path, address: str) -> None:
    assert one(tmp_path, address) == "invalid_url"


@pytest.mark.parametrize("name", ["nowhere.invalid", "é.invalid", "xn--9ca.invalid", "a_b.invalid"])
def test_a_name_that_nobody_has(tmp_path: Path, name: str) -> None:
    records = fetch(tmp_path, [("row", f"http://{name}/a.png")], FAST._replace(retries=1))
    assert (records["row"].reason, records["row"].attempts) == ("dns_error", 2)


@pytest.mark.parametrize("name", ["a..b.invalid", "x" * 64 + ".invalid", ".invalid", "a b.invalid", "%00.invalid"])
def test_a_name_that_nobody_can_have(tmp_path: Path, name: str) -> None:
    assert one(tmp_path, f"http://{name}/a.png") in ("dns_error", "invalid_url")


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:{port}", "localhost:{port}", "127.0.0.2:{port}", "127.1:{port}", "2130706433:{port}", "0x7f.1:{port}",
     "0177.0.0.1:{port}", "0.0.0.0:{port}", "0:{port}", "[::1]:{port}", "[::]:{port}", "[::ffff:127.0.0.1]:{port}",
     "user:word@127.0.0.1:{port}", "LOCALHOST:{port}", "localhost.:{port}", "10.0.0.1", "172.16.0.1", "192.168.0.1",
     "169.254.169.254", "100.64.0.1", "[fe80::1]", "[fc00::1]", "[::ffff:10.0.0.1]", "[64:ff9b::10.0.0.1]",
     "[2002:a00:1::]",
     "224.0.0.1", "255.255.255.255"],
)  # fmt: skip
def test_private_addresses_can_be_refused(tmp_path: Path, server: Server, host: str) -> None:
    server.otherwise = IMAGE
    address = f"http://{host.format(port=server.url.rpartition(':')[2])}/a.png"
    assert one(tmp_path, address, refuse_private_addresses=True) in ("refused_address", "dns_error", "invalid_url")
    assert server.connections == 0


def test_private_addresses_are_refused_as_such(tmp_path: Path, server: Server) -> None:
    server.otherwise = IMAGE
    assert one(tmp_path, f"{server.url}/a", refuse_private_addresses=True) == "refused_address"
    assert one(tmp_path, f"{server.url}/a", refuse_private_addresses=False) == ""


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.1", "169.254.169.254", "192.0.0.192", "168.63.129.16", "100.64.0.1", "240.0.0.1", "::1", "::",
     "fe80::1%eth0", "fc00::1", "fec0::1", "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:0:7f00:1", "64:ff9b::a00:1",
     "64:ff9b:1::a00:1", "2002:a00:1::", "2001:db8::1", "2001::1", "3fff::1", "5f00::1", "ff02::1",
     "0.1.2.3", "100.127.255.255", "100.100.100.200", "127.255.255.255", "169.254.0.1", "172.31.255.255", "192.0.0.9",
     "192.88.99.1", "198.19.255.255", "203.0.113.255", "224.0.0.1", "239.255.255.255", "255.255.255.255",
     "2001:1::1", "2001:20::1", "2001:1ff:ffff::1", "3fff:fff:ffff::1", "2002:c0a8:1::1", "64:ff9b::c000:c0",
     "::ffff:168.63.129.16", "::8.8.8.8", "100::1", "1fff:ffff::1", "4000::1", "fd00:ec2::254", "febf::1"],
)  # fmt: skip
def test_addresses_that_are_not_of_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address",
    ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::", "1.0.0.1", "9.255.255.255",
     "11.0.0.1", "100.63.255.255", "100.128.0.1", "126.255.255.255", "128.0.0.1", "168.63.129.15", "172.15.255.255",
     "172.32.0.1", "192.0.1.1", "192.167.255.255", "192.169.0.1", "198.17.255.255", "198.20.0.1", "223.255.255.255",
     "2000::1", "2001:200::1", "2001:4860:4860::8888", "2a00:1450::1", "3ffe::1"],
)  # fmt: skip
def test_addresses_of_the_internet(address: str) -> None:
    assert is_public(address)


def test_no_release_of_python_decides_what_is_public(monkeypatch: pytest.MonkeyPatch) -> None:
    for version in (ipaddress.IPv4Address, ipaddress.IPv6Address):
        for name in ("is_global", "is_private", "is_reserved", "is_multicast"):
            monkeypatch.setattr(version, name, property(lambda address: pytest.fail("another list was asked")))
    assert is_public("8.8.8.8") and is_public("2606:4700::1111")
    assert not is_public("10.0.0.1") and not is_public("fec0::1")


PUBLIC_TO_PRIVATE = """
from pathlib import Path
import sys
sys.path[:0] = ["{root}/scripts", "{root}/tests"]
from fetching import FAST, PNG, fetch, reasons
from server import serving
with serving("0.0.0.0") as server:
    port = server.url.rpartition(":")[2]
    server.responses = {{
        "/image": (200, {{}}, PNG),
        "/from": (302, {{"Location": f"http://127.0.0.1:{{port}}/image"}}, b""),
        "/name": (302, {{"Location": f"http://localhost:{{port}}/image"}}, b""),
        "/here": (302, {{"Location": "/image"}}, b""),
    }}
    rows = [(path, f"http://93.184.216.34:{{port}}/{{path}}") for path in ("image", "from", "name", "here")]
    rows += [("cloud", f"http://192.0.0.192:{{port}}/image"), ("agent", f"http://168.63.129.16:{{port}}/image")]
    print(reasons(fetch(Path("{folder}"), rows, FAST._replace(refuse_private_addresses=True))))
"""


def test_a_redirect_from_outside_to_this_machine_is_refused(tmp_path: Path) -> None:
    """In a network of its own, where this machine has an address of the internet, too."""
    alone = ["unshare", "--net", "--map-root-user", "sh", "-e", "-c"]
    network = "ip link set lo up && ip addr add 93.184.216.34/32 dev lo"
    network += " && ip addr add 192.0.0.192/32 dev lo && ip addr add 168.63.129.16/32 dev lo"
    if not shutil.which("unshare") or subprocess.run([*alone, network], capture_output=True, check=False).returncode:
        pytest.skip("no network of its own can be made here")
    program = tmp_path / "program.py"
    program.write_text(PUBLIC_TO_PRIVATE.format(root=ROOT, folder=tmp_path))
    done = subprocess.run(
        [*alone, f"{network}; {sys.executable} {program}"], capture_output=True, text=True, check=False, timeout=60
    )
    found = ast.literal_eval(done.stdout or repr(done.stderr))
    assert found == dict.fromkeys(["agent", "cloud", "from", "name"], "refused_address") | {"here": "", "image": ""}


# Mirrors.


def test_mirrors(tmp_path: Path, server: Server) -> None:
    server.otherwise = IMAGE
    mirrors = {
        "https://pictures.invalid/": f"{server.url}/all/",
        "https://pictures.invalid/old/": f"{server.url}/old-ones/",
    }
    rows = [(name, f"https://pictures.invalid/{name}") for name in ("a", "old/b")]
    records = fetch(
        tmp_path, [(name.replace("/", "-"), address) for name, address in rows], FAST._replace(mirrors=mirrors)
    )
    assert set(reasons(records).values()) == {""}
    assert Counter(server.paths) == {"/all/a": 1, "/old-ones/b": 1}


# Who is trusted.


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """name -> a file with a certificate for it, signed by itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl to make certificates with")
    folder = tmp_path_factory.mktemp("certificates")
    made = {}
    for name, subject in {"here": "IP:127.0.0.1", "elsewhere": "DNS:elsewhere.example"}.items():
        made[name] = folder / f"{name}.pem"
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={name}", "-days", "2",
             "-addext", f"subjectAltName={subject}", "-keyout", folder / "key.pem", "-out", folder / "cert.pem"],
            check=True, capture_output=True,
        )  # fmt: skip
        made[name].write_bytes((folder / "key.pem").read_bytes() + (folder / "cert.pem").read_bytes())
    return made


@contextlib.contextmanager
def serving_with(certificate: Path) -> Iterator[Server]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with serving(context=context) as server:
        server.otherwise = IMAGE
        yield server


@pytest.mark.parametrize(
    ("shown", "trusted", "reason"),
    [("here", "here", ""), ("here", "elsewhere", "tls_error"), ("elsewhere", "elsewhere", "tls_error")],
    ids=["trusted", "signed by itself", "for another name"],
)
def test_certificates(
    tmp_path: Path,
    certificates: dict[str, Path],
    monkeypatch: pytest.MonkeyPatch,
    shown: str,
    trusted: str,
    reason: str,
) -> None:
    for variable in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates[trusted]))
    with serving_with(certificates[shown]) as server:
        assert one(tmp_path, f"{server.url}/a.png") == reason
        assert (server.connections, len(server.paths)) == (1, 0 if reason else 1)


def test_a_redirect_to_whom_is_not_trusted(tmp_path: Path, server: Server, certificates: dict[str, Path]) -> None:
    with serving_with(certificates["elsewhere"]) as other:
        server.responses = {"/from": (302, {"Location": f"{other.url}/a"}, b"")}
        assert one(tmp_path, f"{server.url}/from") == "tls_error"


def test_https_where_http_is_spoken(tmp_path: Path, server: Server) -> None:
    assert one(tmp_path, server.url.replace("http:", "https:") + "/a") == "tls_error"
    assert server.connections == 1


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_port_where_nobody_says_anything(tmp_path: Path, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/a.png"
        records = fetch(tmp_path, [("row", address)], FAST._replace(timeout=0.2, retries=1))
    assert (records["row"].reason, records["row"].attempts) == ("timeout", 2)


# Credentials.


def credentials(request: Request, header: str = "Authorization") -> str | None:
    """User and password that a request has come with."""
    value = request.headers[header]
    return value and base64.b64decode(value.removeprefix("Basic ")).decode()


@pytest.mark.parametrize(
    ("user", "sent"),
    [("user:word", "user:word"), ("user:p%40ss%20w", "user:p@ss w"), ("us%3Aer:%25", "us:er:%"), ("user:", "user:"),
     ("user:%E9", None), ("", None)],
)  # fmt: skip
def test_credentials_of_a_url(tmp_path: Path, server: Server, user: str, sent: str | None) -> None:
    server.otherwise = lambda request: IMAGE if credentials(request) == sent else (401, {}, b"")
    url = server.url.replace("//", f"//{user}@") if user else server.url
    reason = one(tmp_path, f"{url}/a.png")
    if user == "user:%E9":
        assert reason in ("forbidden", "invalid_url")  # no bytes of UTF-8
    else:
        assert reason == ""


@pytest.mark.parametrize("location", ["/there", "{url}/there", "//{host}/there"])
def test_credentials_are_sent_to_their_own_host_after_a_redirect(tmp_path: Path, server: Server, location: str) -> None:
    host = server.url.removeprefix("http://")
    server.responses = {"/from": (302, {"Location": location.format(url=server.url, host=host)}, b""), "/there": IMAGE}
    assert one(tmp_path, f"http://user:word@{host}/from") == ""
    assert list(map(credentials, server.requests)) == ["user:word"] * 2


def test_credentials_are_not_sent_to_another_host(tmp_path: Path, server: Server) -> None:
    with serving() as other:
        host, other.otherwise = other.url.removeprefix("http://"), IMAGE
        server.responses = {
            "/from": (302, {"Location": f"http://{host}/a"}, b""),
            "/own": (302, {"Location": f"http://own:one@{host}/b"}, b""),
        }
        for name in ("from", "own"):
            assert one(tmp_path / name, f"{server.url.replace('//', '//user:word@')}/{name}") == ""
        assert {request.path: credentials(request) for request in other.requests} == {"/a": None, "/b": "own:one"}


def test_credentials_of_netrc(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.otherwise = IMAGE
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login user password word")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert one(tmp_path, f"{server.url}/a.png") == ""
    assert list(map(credentials, server.requests)) == ["user:word"]


def test_cookies_are_not_kept(tmp_path: Path, server: Server) -> None:
    server.otherwise = (200, {"Set-Cookie": "a=b; Path=/"}, PNG)
    fetch(tmp_path, [(name, f"{server.url}/{name}") for name in "abc"], FAST._replace(connections=1))
    assert [request.headers["Cookie"] for request in server.requests] == [None] * 3


# Proxies.


def test_a_proxy_that_the_environment_names_is_asked(tmp_path: Path, server: Server) -> None:
    server.responses = {"http://far.invalid/a.png": IMAGE}
    records = fetch(
        tmp_path,
        [("a", "http://far.invalid/a.png"), ("b", "https://far.invalid/b.png")],
        FAST._replace(retries=0),
        proxy=server.url.replace("//", "//name:secret@"),
    )
    assert reasons(records) == {"a": "", "b": "connection_error"}  # the server makes no tunnels, as https needs them
    assert records["b"].detail == "the proxy failed"
    assert [request.headers["Proxy-Authorization"] for request in server.requests] == ["Basic bmFtZTpzZWNyZXQ="]


@pytest.mark.parametrize(
    ("proxy", "sent"),
    [("http://name:p%40ss%20w@{host}", "name:p@ss w"), ("http://{host}", None), ("{host}", None)],
    ids=["with credentials", "without", "without a scheme"],
)
def test_credentials_of_a_proxy(tmp_path: Path, server: Server, proxy: str, sent: str | None) -> None:
    server.otherwise = IMAGE
    host = server.url.removeprefix("http://")
    records = fetch(tmp_path, [("a", "http://far.invalid/a.png")], proxy=proxy.format(host=host))
    assert reasons(records) == {"a": ""}
    assert [credentials(request, "Proxy-Authorization") for request in server.requests] == [sent]


@pytest.mark.parametrize(("no_proxy", "proxied"), [("127.0.0.0/8", 0), ("10.0.0.0/8", 1), ("localhost", 1)])
def test_hosts_that_bypass_the_proxy(tmp_path: Path, server: Server, no_proxy: str, proxied: int) -> None:
    server.otherwise = IMAGE
    with serving() as proxy:
        proxy.otherwise = IMAGE
        records = fetch(tmp_path, [("a", f"{server.url}/a.png")], proxy=proxy.url, no_proxy=no_proxy)
        assert reasons(records) == {"a": ""}
        assert (len(proxy.paths), len(server.paths)) == (proxied, 1 - proxied)


def test_a_proxy_of_the_local_network_may_serve_public_addresses(tmp_path: Path, server: Server) -> None:
    server.otherwise = IMAGE
    settings = FAST._replace(refuse_private_addresses=True)
    records = fetch(tmp_path, [("a", "http://far.invalid/a.png")], settings, proxy=server.url)
    assert reasons(records) == {"a": ""}


def test_a_proxy_that_cannot_be_used_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"The proxy socks5://far\.invalid of the environment cannot be used: .*[^.]\. Correct"
    ):
        fetch(tmp_path, [("a", "http://far.invalid/a.png")], proxy="socks5://far.invalid")
