"""What Python's own configparser makes of a file: one JSON line in (base64 of its bytes), one JSON line out."""
import base64
import configparser
import io
import json
import re
import sys
import unicodedata

NODE = re.compile(r"node (?!-)(?!\.+$)[A-Za-z0-9._-]+")


def describe(error):
    told = {"error": type(error).__name__}
    for name in ("section", "option", "reference", "lineno"):
        if isinstance(getattr(error, name, None), (str, int)):
            told[name] = getattr(error, name)
    if type(error) is configparser.ParsingError:
        told["lines"] = [number for number, _ in error.errors]
    return told


def evaluated(parser, section, keys):
    values = {}
    for key in keys:
        try:
            values[key] = {"value": parser.get(section, key)}
        except configparser.Error as error:
            values[key] = describe(error)
    return values


def node_values(parser, section):
    """A node by product.md's words: DEFAULT, its groups in the order listed, its own keys; then substituted."""
    try:
        listed = parser.get(section, "groups", fallback="")
    except configparser.Error as error:
        return describe(error)
    merged = dict(parser.defaults())
    names = [name.strip() for line in listed.split("\n") for name in line.split(",") if name.strip()]
    for name in names:
        if not parser.has_section("group " + name):
            return {"error": "NoGroup", "section": name}
        if "groups" in parser._sections["group " + name] or names.count(name) > 1:
            return {"error": "BadGroups", "section": name}
        merged.update(parser._sections["group " + name])
    merged.update(parser._sections[section])
    parser._sections["\0merged"] = merged
    try:
        values = evaluated(parser, "\0merged", merged)
    finally:
        del parser._sections["\0merged"]
    return {"values": values}


def answer(data):
    parser = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation())
    try:
        parser.read_file(io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"), "conc.ini")
    except UnicodeDecodeError:
        return {"error": "UnicodeDecodeError"}
    except configparser.Error as error:
        return describe(error)
    own = {name: dict(keys) for name, keys in parser._sections.items()}
    scopes = {"DEFAULT": list(parser.defaults())}
    scopes.update({name: list(parser[name]) for name in own})
    return {
        "defaults": list(parser.defaults().items()),
        "sections": [[name, list(keys.items())] for name, keys in own.items()],
        "values": {name: evaluated(parser, name, keys) for name, keys in scopes.items()},
        "nodes": {name: node_values(parser, name) for name in own if NODE.fullmatch(name)},
    }


for line in sys.stdin:
    asked = json.loads(line)
    if "lower" in asked:
        text = asked["lower"]
        told = {"lower": text.lower(), "assigned": all(unicodedata.category(char) != "Cn" for char in text)}
    else:
        told = answer(base64.b64decode(asked["file"]))
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
