import fc from 'fast-check';
import type { Json } from '../../src/gateway/types.ts';

/** Runs a reader on something hostile: it may refuse it, by the one error that its contract names. Gives what it read. */
export function readOrRefused<T>(read: () => T, isRefusal: (error: unknown) => boolean): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}

/** Valid bytes with some of them changed, cut out, doubled or put in. */
export function damaged(valid: Buffer): fc.Arbitrary<Buffer> {
  const edit = fc.record({
    at: fc.nat({ max: valid.length }),
    out: fc.oneof(fc.constant(0), fc.nat({ max: 9 }), fc.nat({ max: valid.length })),
    put: fc.oneof(
      fc.uint8Array({ maxLength: 9 }).map((bytes) => Buffer.from(bytes)),
      fc
        .constantFrom('\0', '"', "'", '[', ']', '{', '}', '\\', '\n', '\r', '=', '%', '${', '\ufeff', '\ud7ff')
        .map((text) => Buffer.from(text)),
      fc.constant(valid.subarray(0, 200)),
    ),
  });
  return fc.array(edit, { minLength: 1, maxLength: 4 }).map((edits) => {
    let bytes = valid;
    for (const { at, out, put } of edits) bytes = Buffer.concat([bytes.subarray(0, at), put, bytes.subarray(at + out)]);
    return bytes;
  });
}

/** A valid value with one of its parts, at any depth, missing, twice, or something else. */
export function altered(valid: Json): fc.Arbitrary<Json> {
  const places = [...pathsOf(valid)];
  const other = fc.oneof(
    fc.constantFrom<Json>(
      null,
      '',
      0,
      -1,
      1e308,
      true,
      [],
      {},
      '\0',
      '__proto__',
      'constructor',
      '../x',
      'x'.repeat(9_999),
    ),
    fc.jsonValue({ maxDepth: 3 }).map((value): Json => JSON.parse(JSON.stringify(value))),
  );
  return fc
    .array(fc.tuple(fc.nat({ max: places.length - 1 }), fc.option(other, { nil: undefined })), {
      minLength: 1,
      maxLength: 3,
    })
    .map((changes) => {
      let value = valid;
      for (const [place, put] of changes) value = replaced(value, places[place] ?? [], put) ?? null;
      return value;
    });
}

function* pathsOf(value: Json, path: readonly string[] = []): Generator<readonly string[]> {
  yield path;
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries<Json>(value)) yield* pathsOf(part, [...path, key]);
}

function replaced(value: Json, [key, ...rest]: readonly string[], put: Json | undefined): Json | undefined {
  if (key === undefined) return put;
  if (typeof value !== 'object' || value === null) return value;
  const parts = Object.entries<Json>(value).flatMap(([name, part]): [string, Json][] => {
    const changed = name === key ? replaced(part, rest, put) : part;
    return changed === undefined ? [] : [[name, changed]];
  });
  return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts);
}
