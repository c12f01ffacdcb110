import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { likenessOf } from '../../shared/reply/likeness.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { refusalIn } from '../../shared/reply/stranger.ts';
import { anyText } from '../support/arbitraries.ts';

const reply = (status: number, body: string, contentType?: string): Reply => ({
  kind: 'replied',
  status,
  body,
  ...(contentType !== undefined && { contentType }),
});

describe('what a reply looked like is one short line', () => {
  it.each<[Reply, string]>([
    [
      reply(404, '<html><h1>404 Not Found</h1></html>', 'text/html; charset=utf-8'),
      '404 text/html: <html><h1>404 Not Found</h1></html>',
    ],
    [reply(404, '', 'Text/HTML'), '404 text/html: an empty body'],
    [reply(302, ''), '302: an empty body'],
    [reply(200, ' one\r\n\t two\u0000three '), '200: one two three'],
    [reply(200, 'x'.repeat(101)), `200: ${'x'.repeat(99)}…`],
    [reply(200, 'x'.repeat(100)), `200: ${'x'.repeat(100)}`],
    [reply(200, 'x', 'no type at all'), '200: x'],
    [reply(200, 'x', `text/${'y'.repeat(99)}`), '200: x'],
    [{ kind: 'silent', reason: 'Error: broken\n(cause)' }, 'Error: broken (cause)'],
    [{ kind: 'silent', reason: 'x'.repeat(300) }, `${'x'.repeat(199)}…`],
  ])('%j: %s', (seen, line) => {
    expect(likenessOf(seen)).toBe(line);
  });

  it('whatever comes back: bounded, printable, and well-formed', () => {
    fc.assert(
      fc.property(fc.nat(999), anyText(), fc.option(anyText(), { nil: undefined }), (...parts) => {
        const line = refusalIn(reply(...parts));
        expect(line.length).toBeLessThan(250);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}]/u);
      }),
    );
  });

  it('no header with a credential is quoted from it, at its beginning or at the cut', () => {
    for (const before of [0, 70, 85, 95]) {
      const body = `${'x'.repeat(before)} X-Auth-Token: MIICsecret`;
      expect(likenessOf(reply(400, body))).not.toContain('MIIC');
    }
  });
});

describe('why a reply serves nobody', () => {
  it.each<[Reply, string]>([
    [reply(404, '<html>', 'text/html'), '404 text/html: no reply of the service: <html>'],
    [reply(503, ''), '503: no reply of the service: an empty body'],
    [
      reply(404, '{"error_code":"APIGW.0101","error_msg":"no such API"}', 'application/json'),
      '404: APIGW.0101: no such API',
    ],
    [reply(400, '[{"error_code":"DLI.0999"}]'), '400: DLI.0999'],
    [
      reply(202, '{"results":[{"id":"a","error_code":"DRS.M01503","error_message":"later"}]}'),
      '202: DRS.M01503: later',
    ],
    [reply(200, '[{"is_success":"true"}]'), '200: [{"is_success":"true"}]'],
    [{ kind: 'silent', reason: 'timeout' }, 'timeout'],
  ])('%j: %s', (seen, line) => {
    expect(refusalIn(seen)).toBe(line);
  });
});
