"""Whatever a table names as an image, the row has an outcome, and nothing from outside the images folder is taken."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fetching import FAST, NOISE, PNG, fetch, forget
from lettermill.base.reasons import REASONS
from lettermill.image.codec import encode_png
from server import Server, serving

SECRET = encode_png(np.flip(NOISE))
ONCE = FAST._replace(retries=0, host_failures=10**9, timeout=5.0)
SOME = settings(max_examples=60)


class Place(NamedTuple):
    """A folder with images and, outside of them, a secret; and a server."""

    folder: Path
    server: Server


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("anything")
    (folder / "secret.png").write_bytes(SECRET)
    (folder / "images2").mkdir()  # begins like the images folder
    (folder / "images2/secret.png").write_bytes(SECRET)
    (folder / "images/sub").mkdir(parents=True)
    (folder / "images/a.png").write_bytes(PNG)
    (folder / "images/sub/b.png").write_bytes(cv2.imencode(".bmp", NOISE)[1].tobytes())
    (folder / "images/link.png").symlink_to("../secret.png")
    (folder / "images/up").symlink_to("..")
    (folder / "images/root").symlink_to("/")
    os.mkfifo(folder / "images/pipe")
    with serving() as server:
        server.otherwise = (200, {}, PNG)
        yield Place(folder, server)


def outcomes_of(place: Place, images: list[str]) -> None:
    """Download ``images`` as one batch, and check what is to be said of any."""
    records = fetch(place.folder, [(f"{n:03d}", image) for n, image in enumerate(images)], ONCE)
    for image, record in zip(images, records.values(), strict=True):
        assert record.reason in ("", *REASONS["download"]), (image, record)
        assert record.sha256 != hashlib.sha256(SECRET).hexdigest(), (image, record)
    contents = [path.read_bytes() for path in (place.folder / "out").iterdir()]
    assert SECRET not in contents
    forget(place.folder / "out")


STEPS = ["..", ".", "", "~", "a.png", "sub", "b.png", "secret.png", "images", "images2", "link.png", "up", "root",
         "pipe", "%2e%2e", "..%2f", "..\\", "\0", "a.png\0", "....", " ", "C:", "\u202e", "e\u0301"]  # fmt: skip


@SOME
@given(data=st.data())
def test_paths(place: Place, data: st.DataObject) -> None:
    own = [*STEPS, *place.folder.parts[1:], str(place.folder), str(place.folder / "secret.png")]
    path = st.lists(st.sampled_from(own) | st.text(max_size=5), max_size=8).map("/".join)
    outcomes_of(place, [image.replace("://", ":/") for image in data.draw(st.lists(path, max_size=30))])


@SOME
@given(data=st.data())
def test_schemes(place: Place, data: st.DataObject) -> None:
    """None of them reaches a file, by whatever name."""
    scheme = st.sampled_from(
        ["file", "FILE", "File", "http+file", "local", "ftp", "gopher", "data", "jar:file", " file"]
    )
    host = st.sampled_from(["", "/", "localhost", "127.0.0.1", "x@localhost", "."])
    path = st.sampled_from(
        [str(place.folder / "secret.png"), "/../secret.png", quote(str(place.folder / "secret.png"))]
    )
    address = st.builds(lambda *parts: "{}://{}{}".format(*parts), scheme, host, path)
    outcomes_of(place, data.draw(st.lists(address | address.map(str.upper), max_size=30)))


@SOME
@given(data=st.data())
def test_addresses_of_a_server(place: Place, data: st.DataObject) -> None:
    """Anything after a host that is this machine."""
    rest = st.text(max_size=30) | st.text("/?#%&=+;:@.\\ \t\r\n\0[]é", max_size=12) | st.binary(max_size=9).map(quote)
    # A text that begins with what belongs to a host would make it another one.
    rests = data.draw(st.lists(rest.map(lambda text: "/" + text), max_size=20))
    outcomes_of(place, [place.server.url + rest for rest in rests])


@SOME
@given(st.data())
def test_hosts(place: Place, data: st.DataObject) -> None:
    """Hosts of any name, below the domain in which there is none; and what is no host."""
    character = st.characters(codec="utf-8", exclude_characters="/?#\\@:[]")
    name = st.text(character, max_size=70).map(lambda text: text + ".invalid")
    port = st.sampled_from(["", ":", ":0", ":80", ":99999", ":-1", ":x", ":٣"])
    other = st.sampled_from(
        ["", "[", "]", "[]", "[::", "[::1", "@", ":@", "a@@", "[v1.x]", "%", "[::1%25lo]:1", "127.0.0.1:1"]
    )
    scheme = st.sampled_from(["http", "https", "HTTP", "hTTps"])
    address = st.builds("{}://{}{}/a.png".format, scheme, name, port) | st.builds("{}://{}".format, scheme, other)
    outcomes_of(place, data.draw(st.lists(address, max_size=10)))


@SOME
@given(data=st.data())
def test_redirects_to_anything(place: Place, data: st.DataObject) -> None:
    """Locations as bytes of any kind, without what would lead to another host."""
    location = st.binary(max_size=20).map(
        lambda raw: raw.translate(None, b"\r\n").replace(b"//", b"/").replace(b"\\", b"/").replace(b":/", b"/")
    )
    raw = data.draw(location)
    place.server.responses["/from"] = [b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + raw + b"\r\n\r\n"]
    outcomes_of(place, [f"{place.server.url}/from#{data.draw(st.integers(0, 10**9))}"])


@SOME
@given(response=st.binary(max_size=200))
def test_responses_of_any_bytes(place: Place, response: bytes) -> None:
    place.server.responses["/raw"] = [response, "close"]
    place.server.responses["/head"] = [b"HTTP/1.1 200 OK\r\n" + response, "close"]
    place.server.responses["/body"] = (200, {}, response)
    number = hashlib.sha256(response).hexdigest()
    outcomes_of(place, [f"{place.server.url}/{name}#{number}" for name in ("raw", "head", "body")])
