"""The deploy as a user of Fabric writes it: one command or upload for each step."""

from io import StringIO
from pathlib import Path

from fabric import task

UV = "~/.local/bin/uv"


@task
def deploy(c, root, release, wheel, requirements, template):
    new = f"{root}/releases/{release}"
    c.run(f"mkdir -p {new}/upload {root}/shared/media")
    c.put(wheel, f"{new}/upload/")
    c.put(requirements, f"{new}/upload/requirements.txt")
    c.run(f"{UV} venv --quiet --python /usr/bin/python3 {new}/venv")
    c.run(
        f"{UV} pip install --quiet --python {new}/venv --offline --no-index --find-links ~/wheels"
        f" --find-links {new}/upload --require-hashes -r {new}/upload/requirements.txt"
    )
    text = Path(template).read_text()
    for key, value in {"name": c.original_host, "workers": "4", "root": root}.items():
        text = text.replace("@{%s}" % key, value)
    c.put(StringIO(text), f"{new}/shop.conf")
    c.run(f"ln -s {root}/shared/media {new}/media")
    c.run(f"{new}/venv/bin/python -c 'import shop'")
    c.run(f"cd {root} && ln -s releases/{release} .current && mv -T .current current")
    c.run(f"touch {root}/restart")
    c.run(f"cd {root} && ls -d releases/* | sort | head -n -2 | xargs -r rm -r")
