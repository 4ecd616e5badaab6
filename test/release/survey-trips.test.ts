import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SERVICE_KINDS } from '../../src/config/types.ts';
import { connect } from '../../src/gateway/connect.ts';
import { surveyRoot } from '../../src/release/survey.ts';
import { ConnectionRecorder } from '../../src/timings/recorder.ts';

const clock = { now: () => performance.now() / 1000, cpu: () => 0 };

describe('round trips of a survey', () => {
  it.each([...SERVICE_KINDS, 'systemd_system'])('are the hello and one more (service = %s)', async (service) => {
    const observer = new ConnectionRecorder('here', clock);
    const root = await mkdtemp(join(tmpdir(), 'conc-survey-'));
    const session = await connect({ kind: 'popen', node: 'here', python: '/usr/bin/python3' }, { observer });
    try {
      await surveyRoot(session, root, service);
    } finally {
      await session.close();
      await rm(root, { recursive: true, force: true });
    }
    expect(observer.last.trips).toBe(2);
  });
});
