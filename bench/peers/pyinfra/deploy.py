"""The deploy as a user of pyinfra writes it: its own operations where there are some, commands for the rest."""

from pyinfra import host
from pyinfra.operations import files, server

UV = "~/.local/bin/uv"
root = f"{host.data.roots}/{host.name}"
new = f"{root}/releases/{host.data.release}"

files.directory(name="Folder of the release", path=f"{new}/upload")
files.directory(name="Folder that outlives releases", path=f"{root}/shared/media")
wheel = host.data.wheel.rsplit("/", 1)[1]
files.put(name="The wheel", src=host.data.wheel, dest=f"{new}/upload/{wheel}")
files.put(name="The requirements", src=host.data.requirements, dest=f"{new}/upload/requirements.txt")
server.shell(name="A fresh venv", commands=f"{UV} venv --quiet --python /usr/bin/python3 {new}/venv")
server.shell(
    name="Install",
    commands=f"{UV} pip install --quiet --python {new}/venv --offline --no-index --find-links ~/wheels"
    f" --find-links {new}/upload --require-hashes -r {new}/upload/requirements.txt",
)
files.template(name="Configuration", src="shop.conf.j2", dest=f"{new}/shop.conf", name_=host.name, root=root, workers=4)
files.link(name="Media", path=f"{new}/media", target=f"{root}/shared/media")
server.shell(name="Can it be imported?", commands=f"{new}/venv/bin/python -c 'import shop'")
server.shell(
    name="Switch",
    commands=f"cd {root} && ln -s releases/{host.data.release} .current && mv -T .current current",
)
files.file(name="Restart mark", path=f"{root}/restart", touch=True)
server.shell(name="Prune", commands=f"cd {root} && ls -d releases/* | sort | head -n -2 | xargs -r rm -r")
