import type { Choice } from './processes.ts';
import type { DjangoProject, PythonSurvey } from './python-source.ts';
import type { Candidate } from './types.ts';

/** What a person has to write into conc.ini before anything is served. */
export function choiceWarnings({ processes, undecided }: Choice): string[] {
  if (undecided.length > 0)
    return [`There is more than one to choose from: ${undecided.map(({ why }) => why).join('; ')}`];
  return processes.length > 0 ? [] : ['Nothing was found that could be served or run: write into conc.ini what it is'];
}

/** What in the application's own code speaks against serving it as it is, each with what to do. */
export function codeWarnings(survey: PythonSurvey, chosen: readonly Candidate[]): string[] {
  const served = survey.django.filter(({ manage }) =>
    chosen.some(({ kind, found }) => kind === 'django' && found === manage),
  );
  return [
    ...survey.unreadable.map(({ file, line, message }) => `${file}:${line} can't be parsed: ${message}`),
    ...served.flatMap(djangoWarnings),
  ];
}

function djangoWarnings({ debug, allowedHosts, database, static: unserved }: DjangoProject): string[] {
  const warnings: string[] = [];
  if (debug?.value === true) {
    warnings.push(
      `${debug.file}:${debug.line} DEBUG is on: whoever meets an error is shown settings and source, and only 127.0.0.1 and localhost are answered. Turn it off, and name your hosts in ALLOWED_HOSTS, before others can reach it`,
    );
  }
  if (debug?.value !== true && allowedHosts?.value != null && !allowedHosts.value.some(answersLoopback)) {
    warnings.push(
      `${allowedHosts.file}:${allowedHosts.line} ALLOWED_HOSTS has no 127.0.0.1: Django answers 400 to the health check on this machine. Add "127.0.0.1"`,
    );
  }
  if (database?.value === true) {
    warnings.push(
      `${database.file}:${database.line} the SQLite database lies beside the source: each release would begin with an empty one. Put it where releases share it: Path(os.environ.get("CONC_SHARED", BASE_DIR)) / "db.sqlite3"`,
    );
  }
  if (unserved !== null) {
    warnings.push(
      `${unserved.file}:${unserved.line} nothing serves the static files: Django does so under runserver alone, so that pages, and the admin's, would come without their styles. Require whitenoise, put "whitenoise.middleware.WhiteNoiseMiddleware" behind SecurityMiddleware in MIDDLEWARE, and set WHITENOISE_USE_FINDERS = True; or let a web server before it serve them`,
    );
  }
  return warnings;
}

const answersLoopback = (host: string): boolean => host === '127.0.0.1' || host === '*';
