/**
 * Lets zod check values as its schemas say, without writing a function for each of them first: a command reads a few values by
 * many schemas, and V8 would take longer to compile those functions than they save. To be said before zod is loaded, as it looks
 * here for it then (`z.config()` comes too late for schemas that are made meanwhile).
 */
export function keepSchemasPlain(): void {
  Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
}
