import { beforeEach, describe, expect, it, vi } from 'vitest';
import { makeLog } from '../../shared/edge/log.ts';
import { CONTEXT } from '../support/http-events.ts';

const contextFor = (awsRequestId: string) => ({ ...CONTEXT, awsRequestId });

const NAMES = { service: 'control-jobs', version: '1.2.3' };

let lines: Record<string, unknown>[] = [];

beforeEach(() => {
  lines = [];
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((chunk) => {
      lines.push(JSON.parse(String(chunk)));
      return true;
    });
});

describe('a log line is one line of JSON', () => {
  it('with the standard keys, the release, and the fields of its event', () => {
    const { log } = makeLog({ level: 'info', sampleRate: 0 }, NAMES);
    log.info('call', { reason: 'two\nlines', jobs: 4, nothing: undefined });
    log.warn('not queued', { code: 'X' });
    expect(lines).toEqual([
      {
        level: 'INFO',
        message: 'call',
        service: 'control-jobs',
        version: '1.2.3',
        timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
        sampling_rate: 0,
        reason: 'two\nlines',
        jobs: 4,
      },
      expect.objectContaining({ level: 'WARN', message: 'not queued', code: 'X' }),
    ]);
  });

  it('nothing below the set level', () => {
    const { log } = makeLog({ level: 'warn', sampleRate: 0 }, NAMES);
    log.debug('intent called', {});
    log.info('call', {});
    log.warn('not queued', {});
    expect(lines.map(({ message }) => message)).toEqual(['not queued']);
  });

  it('tells of its invocation, and of the cold start', async () => {
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
    vi.stubEnv('_X_AMZN_TRACE_ID', 'Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1');
    const { log, logged } = makeLog({ level: 'info', sampleRate: 0 }, NAMES);
    const handler = logged(async () => log.info('batch', {}));
    await handler({}, contextFor('first'));
    await handler({}, contextFor('second'));
    expect(lines).toMatchObject([
      { cold_start: true, function_request_id: 'first' },
      { cold_start: false, function_request_id: 'second' },
    ]);
    expect(lines[0]?.xray_trace_id).toBe('1-5759e988-bd862e3fe1be46a994272793');
  });

  it('a sample of invocations has the level debug', async () => {
    for (const [sampleRate, most] of [
      [1, 1],
      [0, 0],
    ] as const) {
      const { log, logged } = makeLog({ level: 'info', sampleRate }, NAMES);
      const handler = logged(async () => log.debug('intent called', {}));
      await handler({}, contextFor('first'));
      await handler({}, contextFor('second'));
      expect(lines.filter(({ message }) => message === 'intent called')).toHaveLength(2 * most);
      lines = [];
    }
  });
});
