import { describe, expect, it } from 'vitest';
import { makeLog } from '../../shared/edge/log.ts';

const begin = (options: Parameters<typeof makeLog>[0]) => {
  const lines: unknown[][] = [];
  const out: Console = Object.create(console, {
    info: { value: (...line: unknown[]) => lines.push(['info', ...line]) },
    warn: { value: (...line: unknown[]) => lines.push(['warn', ...line]) },
  });
  return { log: makeLog(options, out), lines };
};

describe('a log line is an event and its fields', () => {
  it("an object for Lambda's own JSON format", () => {
    const { log, lines } = begin({ asObject: true, level: 'info' });
    log.info('call', { jobs: 4, reply: 200 });
    log.warn('not queued', { code: 'X' });
    expect(lines).toEqual([
      ['info', { event: 'call', jobs: 4, reply: 200 }],
      ['warn', { event: 'not queued', code: 'X' }],
    ]);
  });

  it('one line of JSON anywhere else', () => {
    const { log, lines } = begin({ asObject: false, level: 'info' });
    log.info('call', { reason: 'two\nlines', nothing: undefined });
    expect(lines).toEqual([['info', '{"event":"call","reason":"two\\nlines"}']]);
  });

  it('nothing below the set level', () => {
    const { log, lines } = begin({ asObject: true, level: 'warn' });
    log.info('call', {});
    log.warn('not queued', {});
    expect(lines).toEqual([['warn', { event: 'not queued' }]]);
  });
});
