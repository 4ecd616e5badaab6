import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Tools } from './tools.ts';

/** A kind of project: made by its own tool, then what its developer wrote. */
export interface Kind {
  readonly name: string;
  /** Makes the project in `folder`/`called` and gives back its path. */
  readonly make: (tools: Tools) => Promise<string>;
  /** What conc init says that it found. */
  readonly found: string;
  /** The command that it writes. */
  readonly command: string;
  /** The path that is asked for a page, and words on it. */
  readonly page: readonly [path: string, words: string];
}

export const kinds: readonly Kind[] = [
  {
    name: 'django-admin startproject',
    make: async ({ folder, use }) => {
      await use(folder, ['django-admin', 'startproject', 'mysite']);
      return join(folder, 'mysite');
    },
    found: 'a Django project, mysite.wsgi:application (manage.py)',
    command: 'gunicorn mysite.wsgi:application',
    page: ['/', 'The install worked successfully!'],
  },
  {
    name: 'uv init --package, FastAPI',
    make: async ({ folder, use }) => {
      await use(folder, ['uv', 'init', '--quiet', '--package', 'books']);
      const project = join(folder, 'books');
      await edit(project, 'pyproject.toml', 'dependencies = []', 'dependencies = ["fastapi"]');
      await write(project, 'src/books/web.py', fastapi);
      return project;
    },
    found: 'a FastAPI application, books.web:app (src/books/web.py:3)',
    command: 'uvicorn --fd 3 books.web:app',
    page: ['/books', '["Emma"]'],
  },
  {
    name: 'hatch new, Flask',
    make: async ({ folder, use }) => {
      await use(folder, ['hatch', 'new', 'notes']);
      const project = join(folder, 'notes');
      await edit(project, 'pyproject.toml', 'dependencies = []', 'dependencies = ["flask>=3"]');
      await write(project, 'src/notes/web.py', flask);
      return project;
    },
    found: 'a Flask application, notes.web:app (src/notes/web.py:3)',
    command: 'gunicorn notes.web:app',
    page: ['/', 'A page by Flask'],
  },
  {
    name: 'poetry new, a Flask factory',
    make: async ({ folder, use }) => {
      await use(folder, ['poetry', 'new', '--quiet', 'letters']);
      const project = join(folder, 'letters');
      await edit(project, 'pyproject.toml', 'dependencies = [\n]', 'dependencies = [\n    "flask (>=3,<4)"\n]');
      await write(project, 'src/letters/__init__.py', factory);
      return project;
    },
    found: 'a Flask application, letters:create_app() (src/letters/__init__.py:4)',
    command: 'gunicorn "letters:create_app()"',
    page: ['/', 'A page by a factory'],
  },
  {
    name: 'putup (PyScaffold), Flask in setup.cfg',
    make: async ({ folder, use }) => {
      await use(folder, ['putup', 'birds']);
      const project = join(folder, 'birds');
      await edit(project, 'setup.cfg', /(importlib-metadata;.*\n)/, '$1    flask\n');
      await write(project, 'src/birds/web.py', flask);
      await use(project, ['git', 'add', '--all']);
      await use(project, ['git', 'commit', '--quiet', '--message', 'A page']);
      return project;
    },
    found: 'a Flask application, birds.web:app (src/birds/web.py:3)',
    command: 'gunicorn birds.web:app',
    page: ['/', 'A page by Flask'],
  },
  {
    name: 'pdm init, Flask, nothing that builds',
    make: async ({ folder, use }) => {
      const project = join(folder, 'paint');
      await mkdir(project);
      await use(project, ['pdm', 'init', '--non-interactive', '--quiet']);
      await edit(project, 'pyproject.toml', 'dependencies = []', 'dependencies = ["flask"]');
      await write(project, 'paint/__init__.py', '');
      await write(project, 'paint/web.py', flask);
      return project;
    },
    found: 'a Flask application, paint.web:app (paint/web.py:3)',
    command: 'gunicorn paint.web:app',
    page: ['/', 'A page by Flask'],
  },
  {
    name: 'flit init, Starlette',
    make: async ({ folder, use }) => {
      const project = join(folder, 'stars');
      await write(project, 'stars/__init__.py', '"""Stars."""\n\n__version__ = "0.1"\n');
      await write(project, 'stars/web.py', starlette);
      await use(project, ['flit', 'init'], 'stars\nMe\nme@example.org\nhttps://example.org\n4\n');
      await edit(project, 'pyproject.toml', 'dynamic =', 'dependencies = ["starlette", "uvicorn"]\ndynamic =');
      return project;
    },
    found: 'a Starlette application, stars.web:app (stars/web.py:10)',
    command: 'uvicorn --fd 3 stars.web:app',
    page: ['/', 'A page by Starlette'],
  },
  {
    name: 'app.py and requirements.txt',
    make: async ({ folder }) => {
      const project = join(folder, 'guests');
      await write(project, 'app.py', bare);
      await write(project, 'templates/front.html', '<h1>Guests</h1>\n');
      await write(project, 'requirements.txt', '# The site\nflask');
      return project;
    },
    found: 'a Flask application, app:app (app.py:3)',
    command: 'gunicorn app:app',
    page: ['/', '<h1>Guests</h1>'],
  },
];

const flask = `from flask import Flask

app = Flask(__name__)


@app.route("/")
def front():
    return "A page by Flask"
`;

const factory = `from flask import Flask


def create_app(config=None):
    app = Flask(__name__)

    @app.get("/")
    def front():
        return "A page by a factory"

    return app
`;

const bare = `from flask import Flask, render_template

app = Flask(__name__)


@app.route("/")
def front():
    return render_template("front.html")
`;

const fastapi = `from fastapi import FastAPI

app = FastAPI()


@app.get("/books")
def books():
    return ["Emma"]
`;

const starlette = `from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route


async def front(request):
    return PlainTextResponse("A page by Starlette")


app = Starlette(routes=[Route("/", front)])
`;

async function write(folder: string, path: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), text);
}

/** What a developer changes in a file that a tool made. */
async function edit(folder: string, path: string, from: string | RegExp, to: string): Promise<void> {
  const text = await readFile(join(folder, path), 'utf8');
  const after = text.replace(from, to);
  if (after === text) throw new Error(`${path} of the tool has no ${from}:\n${text}`);
  await writeFile(join(folder, path), after);
}
