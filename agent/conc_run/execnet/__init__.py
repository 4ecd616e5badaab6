"""execnet's interface, over conc's gateways: what ``import execnet`` finds in a script that ``conc run`` runs.

Connections are conc's: the user's own OpenSSH with strict host keys, jump hosts and prompts. Besides ``popen`` and
``ssh=…`` a specification may say ``conc=NODE``, a node of conc.ini. docs/how-to/scripts.md tells what differs.
"""

from conc_agent.channels.channel import Channel
from conc_agent.channels.errors import DataFormatError, DumpError, LoadError, RemoteError, TimeoutError
from execnet.gateway import Gateway
from execnet.gateway_base import dump, dumps, load, loads
from execnet.gateway_bootstrap import HostNotFound
from execnet.multi import Group, MultiChannel, default_group, makegateway, set_execmodel
from execnet.xspec import XSpec

#: That of the execnet whose interface this is.
__version__ = "2.1.2"

__all__ = [
    "Channel",
    "DataFormatError",
    "DumpError",
    "Gateway",
    "Group",
    "HostNotFound",
    "LoadError",
    "MultiChannel",
    "RemoteError",
    "TimeoutError",
    "XSpec",
    "__version__",
    "default_group",
    "dump",
    "dumps",
    "load",
    "loads",
    "makegateway",
    "set_execmodel",
]
