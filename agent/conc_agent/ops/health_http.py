"""One question over HTTP, by TCP or a unix socket. Redirects are answers: they are not followed."""

from __future__ import annotations

import http.client
import time
import urllib.parse
from pathlib import Path
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from conc_agent import listen
from conc_agent.unix_http import UnixConnection

#: An address to listen on that means every interface; asked is this machine.
_ANY = {
    "0.0.0.0": "127.0.0.1",  # noqa: S104 (nothing is bound here)
    "::": "::1",
    "*": "127.0.0.1",
}
_UNIX = "http://unix:"


class Url(NamedTuple):
    """What is asked."""

    #: As it was configured, for people.
    shown: str
    secure: bool
    address: listen.Address
    path: str


def url_of(text: str, processes: List[Dict[str, Any]], root: Path) -> Url:
    """A whole URL, a path that is asked of the first process with a ``listen``, or what is asked of a unix socket, as
    nginx's ``proxy_pass`` names it: ``http://unix:/run/shop.sock:/healthz``."""
    if text.startswith("/"):
        first = next((process["listen"] for process in processes if process["listen"] is not None), None)
        if first is None:
            raise ValueError("health.url is the path %s, and no process has a listen to ask" % text)
        address = listen.parse(first, root)
        return Url(text, False, address._replace(host=_ANY.get(address.host, address.host)), text)
    if text.startswith(_UNIX):
        socket, _, path = text[len(_UNIX) :].partition(":")
        return Url(text, False, listen.parse("unix:" + socket, root), path or "/")
    parts = urllib.parse.urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("not a URL that can be asked: %s" % text)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    return Url(text, parts.scheme == "https", listen.Address(None, parts.hostname, port), path)


def ask_http(url: Url, status: int, timeout: float) -> Tuple[bool, str]:
    """Is it well, and ``GET /healthz 200 in 14 ms``. ``timeout``: seconds, for each step of the exchange."""
    connection = _connection(url, timeout)
    started = time.monotonic()
    try:
        connection.request("GET", url.path, headers={"User-Agent": "conc", "Connection": "close"})
        got = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return False, "GET %s: %s" % (url.shown, _words(error, timeout))
    finally:
        connection.close()
    if got != status:
        return False, "GET %s %d" % (url.shown, got) + ("" if status == 200 else ", expected %d" % status)
    return True, "GET %s %d in %d ms" % (url.shown, got, round((time.monotonic() - started) * 1000))


def _connection(url: Url, timeout: float) -> http.client.HTTPConnection:
    if url.address.path is not None:
        return UnixConnection(url.address.path, timeout)
    if url.secure:
        return http.client.HTTPSConnection(url.address.host, url.address.port, timeout=timeout)
    return http.client.HTTPConnection(url.address.host, url.address.port, timeout=timeout)


def _words(error: Exception, timeout: float) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return "no answer within %g s" % timeout
    strerror: Optional[str] = getattr(error, "strerror", None)
    return strerror.lower() if strerror else "%s %s" % (type(error).__name__, error)
