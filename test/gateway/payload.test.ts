import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AGENT_FOLDER, closureOf, readAgentSources } from '../../src/gateway/agent-sources.ts';
import { LOADER } from '../../src/gateway/loader.ts';
import { assemblePayload, PAYLOAD_BUDGET } from '../../src/gateway/payload.ts';
import { stripPython } from '../../src/gateway/strip-python.ts';
import { PYTHON } from '../contract/backends.ts';

describe('the initial payload', () => {
  it('keeps to its budget, loader and all', async () => {
    const { bytes } = assemblePayload(await readAgentSources(), '/srv/some/application');
    expect(bytes.length + LOADER.length).toBeLessThanOrEqual(PAYLOAD_BUDGET);
    expect(bytes.length).toBeGreaterThan(1000);
  });

  it('is what the loader expects', async () => {
    const { bytes, modules } = assemblePayload(await readAgentSources());
    const newline = bytes.indexOf('\n');
    const payload = bytes.subarray(newline + 1);
    expect(Number(bytes.subarray(0, newline).toString())).toBe(payload.length);
    const content = z
      .object({ boot: z.string(), modules: z.record(z.string(), z.string()) })
      .parse(JSON.parse(inflateSync(payload).toString()));
    expect(Object.keys(content.modules)).toEqual(modules);
    expect(content.boot).toContain('def boot(payload)');
  });
});

describe('the loader', () => {
  it('is only of characters that every login shell leaves alone inside single quotes', () => {
    expect(LOADER).toMatch(/^[\x20-\x7e]+$/);
    expect(LOADER).not.toMatch(/['\\!]/);
    expect(LOADER.length).toBeLessThan(300);
  });
});

describe('stripping', () => {
  it('takes comments and docstrings, and keeps lines', () => {
    const source = [
      '"""A module.',
      '',
      'More."""',
      'import os  # why',
      '# a comment',
      'class A:',
      '    """Only this."""',
      'def f(a):',
      "    '''kept, as it is not written as the others are'''",
      '    """no docstring"""',
      '    return "# no comment", \'"""\', a["x#y"]',
      'T = """#!/bin/sh',
      '# part of a text',
      '"""',
    ].join('\n');
    expect(stripPython(source).split('\n')).toEqual([
      '""',
      '',
      '',
      'import os',
      '',
      'class A:',
      '    ""',
      'def f(a):',
      "    '''kept, as it is not written as the others are'''",
      '    """no docstring"""',
      '    return "# no comment", \'"""\', a["x#y"]',
      'T = """#!/bin/sh',
      '# part of a text',
      '"""',
    ]);
  });

  it('changes nothing of what the agent means: Python parses every module to the same tree, on the same lines', async () => {
    const files = (await readdir(AGENT_FOLDER, { recursive: true })).filter((name) => name.endsWith('.py'));
    expect(files.length).toBeGreaterThan(8);
    const pairs = files.map((file) => {
      const source = readFileSync(join(AGENT_FOLDER, file), 'utf8');
      return { file, source, stripped: stripPython(source) };
    });
    const compared = spawnSync(PYTHON, ['-c', COMPARE], { input: JSON.stringify(pairs), encoding: 'utf8' });
    expect(compared.stderr).toBe('');
    expect(JSON.parse(compared.stdout)).toEqual({ same: files.length, different: [] });
  });
});

/** Trees without docstrings, with line numbers. */
const COMPARE = `
import ast, json, sys
def tree(source):
    parsed = ast.parse(source)
    for node in ast.walk(parsed):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            if node.body and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant):
                del node.body[0]
    return [(type(node).__name__, getattr(node, "lineno", 0), getattr(node, "value", None) if isinstance(node, ast.Constant) else None)
            for node in ast.walk(parsed)], ast.dump(parsed)
pairs = json.load(sys.stdin)
different = [pair["file"] for pair in pairs if tree(pair["source"]) != tree(pair["stripped"])]
print(json.dumps({"same": len(pairs) - len(different), "different": different}))
`;

describe('what is sent ahead', () => {
  it('is a module, its packages, and what they import by name', () => {
    const module = (source: string, isPackage = false) => ({ source, package: isPackage });
    const sources = new Map([
      ['conc_agent', module('', true)],
      ['conc_agent.calls', module('', true)],
      [
        'conc_agent.calls.run',
        module('from conc_agent import change\nfrom conc_agent.ops.base import (\n    Op,\n    thing,\n)\n'),
      ],
      ['conc_agent.change', module('import json\nimport conc_agent.calls.run\n', true)],
      ['conc_agent.ops', module('', true)],
      ['conc_agent.ops.base', module('')],
      ['conc_agent.ops.base.thing', module('')],
      ['conc_agent.other', module('')],
    ]);
    expect(closureOf(sources, 'conc_agent.calls.run')).toEqual([
      'conc_agent',
      'conc_agent.calls',
      'conc_agent.calls.run',
      'conc_agent.change',
      'conc_agent.ops',
      'conc_agent.ops.base',
      'conc_agent.ops.base.thing',
    ]);
    expect(closureOf(sources, 'conc_agent.calls.none')).toEqual(['conc_agent', 'conc_agent.calls']);
  });

  it('finds the agent: every call of it', async () => {
    const sources = await readAgentSources();
    expect(sources.get('conc_agent')).toMatchObject({ package: true });
    expect(sources.get('conc_agent.calls.run')?.source).toContain('def serve(');
  });
});
