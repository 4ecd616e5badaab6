"""What a wheel would place where. Every check that needs no unpacking is here, before the first write."""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, NamedTuple

from conc_agent.install import scripts
from conc_agent.install.contents import Contents
from conc_agent.install.fitness import check_file_name, check_python, check_tags, same_spelling
from conc_agent.install.metadata import EntryPoint, Scripts, read_all, read_fields, read_scripts
from conc_agent.install.names import path_problem
from conc_agent.install.record import Expected, Row, expected_files, read_rows
from conc_agent.install.refused import Refused
from conc_agent.install.schemes import Layout, Place, is_of_the_venv, place_of
from conc_agent.install.versions import normal_name, same_version
from conc_agent.install.wheel import Wheel


class Description(NamedTuple):
    """A wheel that may be placed.

    ``distribution``: the name as METADATA spells it. ``lib``: ``purelib`` or ``platlib``. ``info``: the name of its
    ``*.dist-info``. ``generate``: scripts to be made from entry points. ``places``: where each file of the archive
    goes; those that are not placed are missing.
    """

    distribution: str
    lib: str
    info: str
    generate: Dict[str, EntryPoint]
    rows: List[Row]
    expected: Dict[str, Expected]
    places: Dict[str, Place]


def describe(archive: Wheel, wheel: Mapping[str, Any], contents: Contents, layout: Layout) -> Description:
    """Read and check a wheel against its list, its RECORD and the names that it claims; raises Refused.

    ``wheel`` is an entry of the install request: ``name`` and ``version`` are what the manifest calls it.
    """
    _compare_names(archive, contents)
    info = _info_folder(archive)
    metadata = read_fields(_required(archive, f"{info}/METADATA"), archive.name, f"{info}/METADATA")
    about = read_fields(_required(archive, f"{info}/WHEEL"), archive.name, f"{info}/WHEEL")
    _check_wheel_version(about, archive)
    lib = "purelib" if about.get("root-is-purelib", "").lower() == "true" else "platlib"
    distribution = _checked_name(archive, info, metadata, wheel)
    told = check_file_name(archive.name, distribution, metadata.get("version", ""))
    check_tags(told, read_all(archive.read(f"{info}/WHEEL"), "tag", archive.name, f"{info}/WHEEL"), archive.name)
    check_python(metadata, archive.name)
    entry_points = Scripts({}, {})
    path = f"{info}/entry_points.txt"
    if path in archive.members:
        entry_points = read_scripts(archive.read(path), archive.name, path)
    rows = _record_rows(archive, info)
    expected = expected_files(rows, archive.members, info, archive.name)
    _compare_record(expected, contents, archive)
    generate = scripts.to_generate(entry_points)
    places = _places(archive, lib, entry_points)
    _check_phantoms(archive, layout, distribution, info, places)
    _check_destinations(archive, layout, distribution, places, generate)
    return Description(distribution, lib, info, generate, rows, expected, places)


def _compare_names(archive: Wheel, contents: Contents) -> None:
    for path in contents:
        if path not in archive.members:
            raise Refused(archive.name, f"{path!r} is missing from the archive", "wheel.contents")
    for path, member in archive.members.items():
        listed = contents.get(path)
        if listed is None:
            raise Refused(archive.name, f"{path!r} is in the archive, but not in the manifest", "wheel.contents")
        if listed.size != member.file_size:
            size = f"{member.file_size} bytes instead of {listed.size}"
            raise Refused(archive.name, f"{path!r} announces {size}", "wheel.contents")


def _info_folder(archive: Wheel) -> str:
    found = sorted(
        {path.partition("/")[0] for path in archive.members if path.partition("/")[0].endswith(".dist-info")}
    )
    if len(found) != 1:
        raise Refused(
            archive.name, f"it has {len(found)} *.dist-info folders instead of one: {', '.join(found) or '-'}"
        )
    return found[0]


def _check_wheel_version(about: Dict[str, str], archive: Wheel) -> None:
    version = about.get("wheel-version", "")
    parts = version.split(".")
    if not all(part.isdigit() for part in parts):
        raise Refused(archive.name, f"its Wheel-Version is {version!r}")
    if int(parts[0]) != 1:
        raise Refused(archive.name, f"its Wheel-Version is {version}; versions 1.x are understood")


def _checked_name(archive: Wheel, info: str, metadata: Mapping[str, str], wheel: Mapping[str, Any]) -> str:
    name, version = metadata.get("name", ""), metadata.get("version", "")
    folder_name, _, folder_version = info[: -len(".dist-info")].rpartition("-")
    if normal_name(name) != normal_name(wheel["name"]) or normal_name(folder_name) != normal_name(name):
        raise Refused(
            archive.name, f"inside it calls itself {name!r} ({info}), the manifest calls it {wheel['name']!r}"
        )
    if not same_version(version, wheel["version"]) or not same_spelling(version, folder_version):
        raise Refused(archive.name, f"inside it is version {version!r} ({info}), not {wheel['version']!r}")
    if "/" in name or path_problem(name) is not None:
        raise Refused(archive.name, f"its Name {name!r} cannot be a folder's name")
    return name


def _record_rows(archive: Wheel, info: str) -> List[Row]:
    path = f"{info}/RECORD"
    try:
        return read_rows(_required(archive, path).decode("utf-8"))
    except ValueError as error:
        raise Refused(archive.name, f"its RECORD cannot be read: {error}") from error


def _required(archive: Wheel, path: str) -> bytes:
    if path not in archive.members:
        raise Refused(archive.name, f"it has no {path}")
    return archive.read(path)


def _compare_record(expected: Dict[str, Expected], contents: Contents, archive: Wheel) -> None:
    for path, row in expected.items():
        listed = contents[path]
        if row.size not in (None, listed.size):
            raise Refused(archive.name, f"its RECORD says {row.size} bytes for {path!r}, which has {listed.size}")
        if row.algorithm == "sha256" and row.digest.hex() != listed.sha256:
            raise Refused(archive.name, f"the content of {path!r} is not what its RECORD says")


def _places(archive: Wheel, lib: str, entry_points: Scripts) -> Dict[str, Place]:
    places: Dict[str, Place] = {}
    for path in archive.members:
        place = place_of(path, lib)
        if place is None:
            raise Refused(archive.name, f"{path!r} belongs to no scheme (purelib, platlib, headers, scripts, data)")
        if place.scheme != "scripts" or not scripts.is_wrapper(place.path, entry_points):
            places[path] = place
    return places


def _check_phantoms(archive: Wheel, layout: Layout, name: str, info: str, places: Dict[str, Place]) -> None:
    """Stricter than pip: a wheel that brings a second distribution's metadata would hide what is installed."""
    for path, place in places.items():
        destination = layout.destination(place, name)
        for library in (layout.purelib, layout.platlib):
            top = destination[len(library) + 1 :].partition("/")[0] if destination.startswith(library + "/") else ""
            if top.endswith((".dist-info", ".egg-info", ".egg-link")) and top != info:
                raise Refused(archive.name, f"{path!r} would be another distribution's metadata")


def _check_destinations(
    archive: Wheel, layout: Layout, name: str, places: Dict[str, Place], generate: Mapping[str, EntryPoint]
) -> None:
    """No two files at one path, none where a folder must be, none in the place of the venv's own."""
    source = {f"{layout.scripts}/{script}": f"the entry point {script}" for script in generate}
    for path, place in places.items():
        destination = layout.destination(place, name)
        if destination in source:
            raise Refused(archive.name, f"{path!r} and {source[destination]!r} would both become {destination}")
        source[destination] = path
    folders = set()
    for destination, path in source.items():
        if is_of_the_venv(destination):
            raise Refused(archive.name, f"{path!r} would replace {destination} of the venv itself")
        folder = destination.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    for folder in folders.intersection(source):
        raise Refused(archive.name, f"{source[folder]!r} would be a file where others need the folder {folder}")
