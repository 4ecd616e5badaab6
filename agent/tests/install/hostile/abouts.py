"""Wheels that are not what they are called, not for this Python, or of no format that is known."""

from __future__ import annotations

from typing import Iterator, Mapping, Optional

from .case import FILE, INFO, Case, metadata, one, wheel, wheel_text

_CHANGES = (
    ("name-inside", "METADATA with another name", {"METADATA": metadata("evil")}, "calls itself 'evil'"),
    ("version-inside", "METADATA with another version", {"METADATA": metadata(version="2.0")}, "is version '2.0'"),
    (
        "no-name-inside",
        "METADATA without a name",
        {"METADATA": b"Metadata-Version: 2.1\nVersion: 1.0\n"},
        "calls itself ''",
    ),
    (
        "metadata-not-utf8",
        "METADATA that is not UTF-8",
        {"METADATA": metadata(more="Author: \xff\xfe\n").decode().encode("latin-1")},
        "METADATA is not UTF-8",
    ),
    ("no-metadata", "no METADATA", {"METADATA": None}, f"it has no {INFO}/METADATA"),
    ("no-wheel", "no WHEEL", {"WHEEL": None}, f"it has no {INFO}/WHEEL"),
    ("wheel-2", "Wheel-Version 2.0", {"WHEEL": wheel_text("2.0")}, "Wheel-Version is '?2.0"),
    (
        "wheel-no-version",
        "no Wheel-Version",
        {"WHEEL": b"Root-Is-Purelib: true\nTag: py3-none-any\n"},
        "Wheel-Version is ''",
    ),
    ("wheel-odd-version", "a Wheel-Version that is none", {"WHEEL": wheel_text("one")}, "Wheel-Version is 'one'"),
    (
        "tags-differ",
        "a WHEEL with other tags than the file name",
        {"WHEEL": wheel_text(tags=["cp27-cp27m-win32"])},
        "its WHEEL has the tags cp27-cp27m-win32",
    ),
    (
        "requires-newer",
        "Requires-Python: >=99",
        {"METADATA": metadata(more="Requires-Python: >=99\n")},
        "needs Python >=99",
    ),
    ("requires-older", "Requires-Python: <3", {"METADATA": metadata(more="Requires-Python: <3\n")}, "needs Python <3"),
)


def cases() -> Iterator[Case]:
    change: Mapping[str, Optional[bytes]]
    for name, says, change, because in _CHANGES:
        yield one(f"about-{name}", says, because, wheel(change=change))
    yield one("about-no-info", "no dist-info", "dist-info folders instead of one|it has no", wheel(info="good"))
    second = ("evil-1.0.dist-info/METADATA", metadata("evil"))
    yield one(
        "about-two-infos", "a second dist-info, of another distribution", "2 \\*.dist-info folders", wheel([second])
    )
    phantom = ("good-1.0.data/purelib/evil-1.0.dist-info/METADATA", metadata("evil"))
    yield one(
        "about-phantom",
        "another distribution's dist-info, by way of purelib",
        "another distribution's metadata",
        wheel([phantom]),
    )
    yield one(
        "about-phantom-egg",
        "an egg-info beside its dist-info",
        "another distribution's metadata",
        wheel([("evil-1.0.egg-info", metadata("evil"))]),
    )
    yield one(
        "about-info-name",
        "a dist-info that is called otherwise",
        "calls itself 'good' \\(evil-1.0",
        wheel(info="evil-1.0.dist-info"),
    )
    yield one(
        "about-info-version",
        "a dist-info of another version",
        "is version '1.0' \\(good-2.0",
        wheel(info="good-2.0.dist-info"),
    )
    for name, file, because in (
        ("name", "evil-1.0-py3-none-any.whl", "calls itself 'good'"),
        ("version", "good-2.0-py3-none-any.whl", "is version '1.0'"),
        ("short", "good-1.0.whl", "not one of a wheel"),
        ("build", "good-1.0-first-py3-none-any.whl", "not one of a wheel"),
    ):
        yield one(f"about-file-{name}", f"a file called `{file}`", because, wheel(), file)
    for name, tag in (
        ("python", "cp27-cp27mu-manylinux1_x86_64"),
        ("platform", "py3-none-win_amd64"),
        ("abi", "cp39-cp27m-any"),
        ("future", "py3-none-manylinux_2_99_x86_64"),
        ("machine", "py3-none-linux_vax"),
    ):
        text = {"WHEEL": wheel_text(tags=[tag])}
        yield one(
            f"about-tag-{name}",
            f"a wheel for `{tag}`",
            "not for this interpreter",
            wheel(change=text),
            f"good-1.0-{tag}.whl",
        )
    numbered = {"WHEEL": wheel_text() + b"Build: 1local\n"}
    yield one("sound-build", "a build number", None, wheel(change=numbered), "good-1.0-1local-py3-none-any.whl")
    many = wheel_text(tags=["py2-none-any", "py3-none-any"])
    yield one(
        "sound-tags", "two tags, one of them ours", None, wheel(change={"WHEEL": many}), FILE.replace("py3", "py2.py3")
    )
    yield one("sound-minor", "Wheel-Version 1.9", None, wheel(change={"WHEEL": wheel_text("1.9")}))
    yield one(
        "sound-requires",
        "Requires-Python with a pre-release",
        None,
        wheel(change={"METADATA": metadata(more="Requires-Python: >=3.6.dev0, !=3.7.*, <99\n")}),
    )
