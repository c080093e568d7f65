"""Fetch a text from the web once, and believe it only if its fingerprint is the expected one."""

from __future__ import annotations

import hashlib
from typing import Any

from gpt_by_hand.errors import UserError
from gpt_by_hand.terminal import progress

SHAKESPEARE_URL = "https://raw.githubusercontent.com/karpathy/char-rnn/master/data/tinyshakespeare/input.txt"
SHAKESPEARE_SHA256 = "86c4e6aa9db7c042ec79f339dcb96d42b0075e16b8fc2e86bf0ca57e2dc565ed"
MAX_BYTES = 64 * 2**20
_CHUNK = 2**16
_INSTEAD = "fetch the text by other means and give it with --input FILE"


def download(url: str = SHAKESPEARE_URL, sha256: str = SHAKESPEARE_SHA256, timeout: float = 30.0) -> bytes:
    """The content at `url`, whose SHA-256 must be `sha256` (hexadecimal); `timeout` is in seconds, per read.

    Raises: UserError in one line when there is no network, the server refuses, the connection breaks, or the content
    is not the expected one. Nothing is written.
    """
    content = _fetch(url, timeout)
    found = fingerprint(content)
    if found != sha256:
        raise UserError(f"{url} is not the expected text: SHA-256 {found} instead of {sha256}; not kept, {_INSTEAD}")
    return content


def fingerprint(content: bytes) -> str:
    """The SHA-256 of `content`, as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def _fetch(url: str, timeout: float) -> bytes:
    import http.client  # these take 30 ms to import, and training never needs them
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(url, timeout=timeout) as response:
            return _read(response, url)
    except urllib.error.HTTPError as error:
        raise UserError(f"cannot download {url}: the server answers {error.code} {error.reason}; {_INSTEAD}") from None
    except TimeoutError:
        raise UserError(f"cannot download {url}: no answer within {timeout:g} seconds; {_INSTEAD}") from None
    except urllib.error.URLError as error:
        raise UserError(
            f"cannot download {url}: no network, or the server is out of reach ({error.reason}); {_INSTEAD}"
        ) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise UserError(f"cannot download {url}: the connection broke ({error}); {_INSTEAD}") from None


def _read(response: Any, url: str) -> bytes:
    """All of the response, piece by piece so that progress can be shown and an endless answer stopped."""
    content = bytearray()
    with progress(url.rsplit("/", 1)[-1], response.length, f"downloading {url}") as advance:
        while chunk := response.read(_CHUNK):
            content += chunk
            advance(len(chunk))
            if len(content) > MAX_BYTES:
                raise UserError(f"{url} sends more than {MAX_BYTES:,} bytes: not the expected text; {_INSTEAD}")
    if response.length:
        import http.client

        raise http.client.IncompleteRead(bytes(content), response.length)
    return bytes(content)
