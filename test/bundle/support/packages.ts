import { mkdir } from 'node:fs/promises';
import { askPython } from './python.ts';

/** A little distribution of our own, for an index of our own. */
export interface PackageSpec {
  readonly name: string;
  readonly version: string;
  readonly requires?: readonly string[];
  /** An sdist only, that is built with these; without: a pure wheel. */
  readonly buildRequires?: readonly string[];
  readonly files?: Readonly<Record<string, string>>;
}

/** Makes wheels and sdists in a folder; their file names, in order. */
export async function makePackages(folder: string, packages: readonly PackageSpec[]): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  return (await askPython('python3', maker, [folder, packages])) as string[];
}

/** A build backend of forty lines, so that builds need nothing from elsewhere. */
export const minibuild = (version: string): PackageSpec => ({
  name: 'minibuild',
  version,
  files: { 'minibuild.py': backend },
});

const backend = `
import base64, glob, hashlib, os, re, zipfile


def get_requires_for_build_wheel(config_settings=None):
    return []


def metadata():
    if os.path.exists("PKG-INFO"):
        return open("PKG-INFO").read()
    text = open("pyproject.toml").read()
    name, version = (re.search('(?m)^%s = "(.*)"' % key, text).group(1) for key in ("name", "version"))
    return "Metadata-Version: 2.1\\nName: %s\\nVersion: %s\\n" % (name, version)


def build_wheel(folder, config_settings=None, metadata_directory=None):
    head = metadata()
    name, version = (re.search("(?m)^%s: (.*)" % key, head).group(1) for key in ("Name", "Version"))
    info = "%s-%s.dist-info" % (name, version)
    files = {path: open(path).read() for path in glob.glob("*.py") + glob.glob("*/*.py")}
    files[info + "/METADATA"] = head
    files[info + "/WHEEL"] = "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n"
    digest = lambda text: base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
    rows = ["%s,sha256=%s,%d" % (path, digest(text), len(text.encode())) for path, text in files.items()]
    files[info + "/RECORD"] = "\\n".join(rows + [info + "/RECORD,,", ""])
    wheel = "%s-%s-py3-none-any.whl" % (name, version)
    with zipfile.ZipFile(os.path.join(folder, wheel), "w") as archive:
        for path, text in files.items():
            archive.writestr(path, text)
    return wheel
`;

const maker = `
import io, json, os, sys, tarfile, tempfile
${backend}
folder, packages = json.load(sys.stdin)
made = []
for each in packages:
    name, version = each["name"], each["version"]
    lines = ["Metadata-Version: 2.1", "Name: " + name, "Version: " + version]
    files = dict(each.get("files") or {name + ".py": "version = %r\\n" % version})
    files["PKG-INFO"] = "\\n".join(lines + ["Requires-Dist: " + line for line in each.get("requires", [])] + [""])
    if "buildRequires" in each:
        build = {"requires": each["buildRequires"]}
        files["pyproject.toml"] = '[build-system]\\nrequires = %s\\nbuild-backend = "minibuild"\\n' % json.dumps(each["buildRequires"])
        made.append("%s-%s.tar.gz" % (name, version))
        with tarfile.open(os.path.join(folder, made[-1]), "w:gz") as archive:
            for path, text in files.items():
                entry = tarfile.TarInfo("%s-%s/%s" % (name, version, path))
                entry.size = len(text.encode())
                archive.addfile(entry, io.BytesIO(text.encode()))
        continue
    with tempfile.TemporaryDirectory() as tree:
        for path, text in files.items():
            with open(os.path.join(tree, path), "w") as file:
                file.write(text)
        os.chdir(tree)
        made.append(build_wheel(folder))
        os.chdir("/")
print(json.dumps(made))
`;
