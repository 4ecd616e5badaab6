/** Strings of every kind, and comments: what must be told apart to find either. */
const TOKEN = /("""|''')(?:\\.|[^\\])*?\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/gs;

/**
 * Python source without what a node doesn't need: comments and docstrings. Line numbers stay, so that tracebacks are
 * true. A docstring is a `"""` string alone at the start of a file or after a line that ends with a colon; `""` holds its
 * place, since a class or function may have nothing else in it.
 */
export function stripPython(source: string): string {
  let before = '';
  let end = 0;
  for (const match of source.matchAll(TOKEN)) {
    const [token] = match;
    before += source.slice(end, match.index);
    end = match.index + token.length;
    if (token.startsWith('#')) continue;
    before += isDocstring(token, before, source.slice(end, end + 2)) ? `""${token.replace(/[^\n]/g, '')}` : token;
  }
  return (before + source.slice(end)).replace(/[ \t]+$/gm, '');
}

function isDocstring(token: string, before: string, after: string): boolean {
  if (!token.startsWith('"""') || !/^(\n|$)/.test(after)) return false;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (line.trim() !== '') return false;
  const head = before.trimEnd();
  return head === '' || head.endsWith(':');
}
