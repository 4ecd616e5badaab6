import { expect, test } from 'vitest';
import { withoutCredentials } from '../../src/bundle/fetch/scrub.ts';
import { conflictWords, readConflict } from '../../src/bundle/lock/conflict.ts';

// What uv 0.13 and pip 26.3 really said.
const askers = { you: 'requirements.txt', constraint: 'the lock' };
const inWords = (words: string): string | null => {
  const conflict = readConflict(words, askers);
  return conflict && `${conflict.name}: ${conflictWords(conflict)}`;
};

test.each([
  [
    'a package and the one who asks',
    `error: No solution found when resolving dependencies
  cause: Because django==5.2 depends on asgiref>=3.8.1 and you require asgiref==3.5, we can conclude that your requirements and django==5.2 are incompatible.
         And because you require django==5.2, we can conclude that your requirements are unsatisfiable.`,
    'asgiref: django 5.2 needs asgiref>=3.8.1; requirements.txt needs asgiref==3.5',
  ],
  [
    'markers, and three premises',
    `  cause: Because botocore==1.34.0 depends on urllib3{python_full_version >= '3.10'}>=1.25.4,<2.1 and you require botocore==1.34.0, we can conclude that you require urllib3>=1.25.4,<2.1.
         And because you require urllib3==2.5.0, we can conclude that your requirements are unsatisfiable.`,
    'urllib3: botocore 1.34.0 needs urllib3>=1.25.4,<2.1; requirements.txt needs urllib3==2.5.0',
  ],
  [
    'the project itself',
    `  cause: Because requests==2.32.3 depends on urllib3>=1.21.1,<3 and shop depends on requests==2.32.3, we can conclude that shop depends on urllib3>=1.21.1,<3.
         And because shop depends on urllib3==1.20, we can conclude that your requirements are unsatisfiable.`,
    'urllib3: requests 2.32.3 needs urllib3>=1.21.1,<3; shop needs urllib3==1.20',
  ],
  [
    'a constraint',
    `  cause: Because requests==2.32.3 depends on urllib3>=1.21.1,<3 and urllib3==1.20, we can conclude that requests==2.32.3 cannot be used.
         And because you require requests==2.32.3, we can conclude that your requirements are unsatisfiable.`,
    'urllib3: requests 2.32.3 needs urllib3>=1.21.1,<3; the lock needs urllib3==1.20',
  ],
  [
    'twice the same asker',
    'cause: Because you require six==1.17 and six==1.16, we can conclude that your requirements are unsatisfiable.',
    'six: requirements.txt needs six==1.17; requirements.txt needs six==1.16',
  ],
  [
    'pip',
    `The conflict is caused by:
    The user requested urllib3==2.5.0
    requests 2.32.3 depends on urllib3<3 and >=1.21.1
    botocore 1.34.0 depends on urllib3<2.1 and >=1.25.4; python_version >= "3.10"`,
    'urllib3: requirements.txt needs urllib3==2.5.0; requests 2.32.3 needs urllib3<3,>=1.21.1; botocore 1.34.0 needs urllib3<2.1,>=1.25.4',
  ],
  [
    'pip, of a constraint',
    `The conflict is caused by:
    requests 2.32.3 depends on urllib3<3 and >=1.21.1
    The user requested (constraint) urllib3==1.20`,
    'urllib3: requests 2.32.3 needs urllib3<3,>=1.21.1; the lock needs urllib3==1.20',
  ],
  [
    'another failure',
    'error: Because nonexistent was not found in the package registry and you require nonexistent, we can conclude that your requirements are unsatisfiable.',
    null,
  ],
])('who asks for what: %s', (_name, words, expected) => {
  expect(inWords(words)).toBe(expected);
});

test('credentials go from every address', () => {
  expect(withoutCredentials('https://me:s%40cret@a.example/x "http://token@b.example:8080/" c@d.example')).toBe(
    'https://a.example/x "http://b.example:8080/" c@d.example',
  );
});
