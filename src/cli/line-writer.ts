import { StringDecoder } from 'node:string_decoder';

type Stream = 'stdout' | 'stderr';

/** Bytes of two streams as whole lines; what has no end yet waits for it. */
export function lineWriter(line: (stream: Stream, text: string) => void): {
  readonly add: (stream: Stream, bytes: Buffer) => void;
  readonly end: () => void;
} {
  const parts = {
    stdout: { decoder: new StringDecoder('utf8'), text: '' },
    stderr: { decoder: new StringDecoder('utf8'), text: '' },
  };
  return {
    add(stream, bytes) {
      const part = parts[stream];
      const lines = (part.text + part.decoder.write(bytes)).split('\n');
      part.text = lines.pop() ?? '';
      for (const each of lines) line(stream, each);
    },
    end() {
      for (const stream of ['stdout', 'stderr'] as const) {
        const rest = parts[stream].text + parts[stream].decoder.end();
        if (rest !== '') line(stream, rest);
      }
    },
  };
}
