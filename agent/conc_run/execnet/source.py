"""What ``remote_exec`` was given, as source text."""

from __future__ import annotations

import ast
import builtins
import inspect
import linecache
import textwrap
import types
from typing import Any, Callable, List, Optional, Tuple, Union

#: The text, the file that it is from, the function of it to call.
Source = Tuple[str, Optional[str], Optional[str]]


def read_source(source: Union[str, Callable[..., Any], types.ModuleType]) -> Source:
    if isinstance(source, types.ModuleType):
        file = inspect.getsourcefile(source)
        linecache.updatecache(file or "")
        return inspect.getsource(source), file, None
    if isinstance(source, types.FunctionType):
        return _function(source), inspect.getsourcefile(source), source.__name__
    return textwrap.dedent(str(source)), None, None


def _function(function: types.FunctionType) -> str:
    """Its source, on the lines where it stands. ValueError: it uses more than its arguments and builtins."""
    if function.__name__ == "<lambda>":
        raise ValueError("can't evaluate lambda functions'")
    arguments = inspect.getfullargspec(function).args
    if not arguments or arguments[0] != "channel":
        raise ValueError("expected first function argument to be `channel`")
    if function.__closure__ is not None:
        raise ValueError("functions with closures can't be passed")
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except OSError as error:
        raise ValueError("can't find source file for %s" % function) from error
    used = _globals_of(source, function.__code__)
    if used:
        raise ValueError("the use of non-builtin globals isn't supported", used)
    return "\n" * (function.__code__.co_firstlineno - 1) + source


def _globals_of(source: str, code: types.CodeType) -> List[str]:
    own = set(code.co_varnames)
    return [
        node.id
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and node.id not in own and not hasattr(builtins, node.id)
    ]
