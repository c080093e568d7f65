"""Downloads, from a server on the loopback only."""

import hashlib
import http.server
import socket
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from gpt_by_hand.data import download as module
from gpt_by_hand.data.download import SHAKESPEARE_SHA256, SHAKESPEARE_URL, download, fingerprint
from gpt_by_hand.errors import UserError

TEXT = b"First Citizen:\nBefore we proceed any further, hear me speak.\n" * 2000
SHA256 = hashlib.sha256(TEXT).hexdigest()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/slow":
            time.sleep(1)
        self.send_response(404 if self.path == "/missing" else 200)
        self.send_header("Content-Length", str(len(TEXT) + (self.path == "/broken")))
        self.end_headers()
        self.wfile.write(TEXT)

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, request, client_address):
        """Say nothing: a client that hangs up early is what some of these tests want."""


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def refused(url, sha256=SHA256, timeout=5.0):
    with pytest.raises(UserError) as caught:
        download(url, sha256, timeout)
    message = str(caught.value)
    assert url in message
    assert "--input FILE" in message
    assert "\n" not in message
    return message


def test_the_content_is_returned_and_one_plain_line_printed(server, capfd):
    assert download(f"{server}/input.txt", SHA256) == TEXT
    assert capfd.readouterr().err == f"downloading {server}/input.txt\n"


def test_a_terminal_sees_a_bar(server, capfd, monkeypatch):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    assert download(f"{server}/input.txt", SHA256) == TEXT
    shown = capfd.readouterr()
    assert "input.txt" in shown.err
    assert "100%" in shown.err
    assert shown.out == ""


def test_another_content_is_refused_with_both_fingerprints(server):
    message = refused(f"{server}/input.txt", "0" * 64)
    assert SHA256 in message
    assert "0" * 64 in message


def test_a_refusal_of_the_server_is_told(server):
    assert "404" in refused(f"{server}/missing")


def test_a_broken_connection_is_told(server):
    assert "broke" in refused(f"{server}/broken")


def test_a_silent_server_is_not_waited_for(server):
    assert "0.1 seconds" in refused(f"{server}/slow", timeout=0.1)


def test_an_endless_answer_is_stopped(server, monkeypatch):
    monkeypatch.setattr(module, "MAX_BYTES", 1000)
    assert "more than 1,000 bytes" in refused(f"{server}/input.txt")


def test_no_network_is_said_plainly(monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with unused_port() as port:
        assert "no network" in refused(f"http://127.0.0.1:{port}/input.txt")


def test_a_name_that_cannot_be_found_is_no_network(monkeypatch):
    def no_name(*args, **kwargs):
        raise socket.gaierror(-3, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", no_name)
    monkeypatch.setenv("no_proxy", "*")
    message = refused(SHAKESPEARE_URL, SHAKESPEARE_SHA256)
    assert "no network" in message
    assert "name resolution" in message


def test_fingerprint_is_sha256():
    assert fingerprint(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


@contextmanager
def unused_port():
    """A port that is bound, so that nobody else takes it, but on which nobody listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]
