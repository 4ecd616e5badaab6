"""``key=value//key=value``: what gateway is wanted."""

from __future__ import annotations

from typing import Any, Dict, Optional, Union


class XSpec:
    """A specification. A key without a value is True; ``env:NAME=value`` is collected in ``env``.

    Keys are unique and don't begin with an underscore; neither keys nor values hold ``//``. Others are None.
    """

    chdir: Optional[str] = None
    conc: Optional[str] = None
    dont_write_bytecode: Optional[bool] = None
    execmodel: Optional[str] = None
    id: Optional[str] = None
    installvia: Optional[str] = None
    nice: Optional[str] = None
    popen: Optional[bool] = None
    python: Optional[str] = None
    socket: Optional[str] = None
    ssh: Optional[str] = None
    ssh_config: Optional[str] = None
    vagrant_ssh: Optional[str] = None
    via: Optional[str] = None

    def __init__(self, string: str) -> None:
        self._spec = string
        self.env: Dict[str, str] = {}
        for keyvalue in string.split("//"):
            key, equals, text = keyvalue.partition("=")
            value: Union[str, bool] = text if equals else True
            if key[:1] == "_":
                raise AttributeError("%r not a valid XSpec key" % key)
            if key in self.__dict__:
                raise ValueError("duplicate key: %r in %r" % (key, string))
            if key.startswith("env:"):
                self.env[key[4:]] = str(value)
            else:
                setattr(self, key, value)

    def __getattr__(self, name: str) -> Any:
        if name[0] == "_":
            raise AttributeError(name)
        return None

    def __repr__(self) -> str:
        return "<XSpec %r>" % self._spec

    def __str__(self) -> str:
        return self._spec

    def __hash__(self) -> int:
        return hash(self._spec)

    def __eq__(self, other: object) -> bool:
        return self._spec == getattr(other, "_spec", None)

    def __ne__(self, other: object) -> bool:
        return not self == other
