"""supervisord's XML-RPC interface over its unix socket, as far as conc needs it."""

from __future__ import annotations

import http.client
import xmlrpc.client
from typing import Any, Dict, List, NamedTuple, Tuple

from conc_agent.unix_http import UnixConnection

#: Seconds for one answer.
TIMEOUT = 10.0
#: Faults (supervisor/xmlrpc.py) that say what was wanted is so already.
NOT_RUNNING, ALREADY_STARTED, STILL_RUNNING = 70, 60, 91

Info = Dict[str, Any]


class Unreachable(Exception):
    """Nobody listens on the socket."""


class Refused(Exception):
    """supervisord says no, in its own words."""

    def __init__(self, message: str, code: int = 0) -> None:
        super().__init__(message)
        self.code = code


class Groups(NamedTuple):
    """How the configuration differs from what runs."""

    added: List[str]
    changed: List[str]
    removed: List[str]


class Supervisor:
    """One that answers, or is about to be asked whether it does."""

    def __init__(self, socket_path: str) -> None:
        self._proxy: Any = xmlrpc.client.ServerProxy("http://localhost/RPC2", transport=_Transport(socket_path))

    def pid(self) -> int:
        return self._call("supervisor.getPID")

    def all(self) -> List[Info]:
        return self._call("supervisor.getAllProcessInfo")

    def info(self, name: str) -> Info:
        return self._call("supervisor.getProcessInfo", name)

    def reload(self) -> Groups:
        """Read the configuration again; what differs is told, not applied."""
        return Groups(*self._call("supervisor.reloadConfig")[0])

    def start(self, name: str) -> None:
        self._call("supervisor.startProcess", name, False, fine=ALREADY_STARTED)

    def stop(self, name: str) -> None:
        """Asks only: it goes on until its state says so."""
        self._call("supervisor.stopProcess", name, False, fine=NOT_RUNNING)

    def stop_group(self, name: str) -> None:
        self._call("supervisor.stopProcessGroup", name, False, fine=NOT_RUNNING)

    def add_group(self, name: str) -> None:
        self._call("supervisor.addProcessGroup", name)

    def remove_group(self, name: str) -> bool:
        """False: some of it still runs."""
        try:
            self._call("supervisor.removeProcessGroup", name)
        except Refused as refused:
            if refused.code != STILL_RUNNING:
                raise
            return False
        return True

    def shutdown(self) -> None:
        self._call("supervisor.shutdown")

    def close(self) -> None:
        self._proxy("close")()

    def _call(self, method: str, *parameters: Any, fine: int = -1) -> Any:
        try:
            return getattr(self._proxy, method)(*parameters)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode == fine:
                return None
            raise Refused("%s: %s" % (method.partition(".")[2], fault.faultString), fault.faultCode) from fault
        except xmlrpc.client.ProtocolError as error:
            raise Refused("%s: %s %s" % (method.partition(".")[2], error.errcode, error.errmsg)) from error
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(str(error)) from error


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: str) -> None:
        super().__init__()
        self._path = path
        self._connection: Tuple[Any, Any] = (None, None)

    def make_connection(self, host: Any) -> Any:
        if self._connection[1] is None:
            self._connection = (host, UnixConnection(self._path, TIMEOUT))
        return self._connection[1]
