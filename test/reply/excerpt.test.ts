import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excerptOf, excerptOfReply } from '../../shared/reply/excerpt.ts';
import { readReply } from '../../shared/reply/read-reply.ts';
import { saysOf, type Unread, type WireReply } from '../../shared/reply/reply.ts';
import { anyText } from '../support/arbitraries.ts';

const reply = (status: number, body: string, contentType?: string): WireReply => ({
  kind: 'replied',
  status,
  body,
  ...(contentType !== undefined && { contentType }),
});

describe('what a reply looked like is one short line', () => {
  it.each<[WireReply, string]>([
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
  ])('%j: %s', (seen, line) => {
    expect(excerptOfReply(seen)).toBe(line);
  });

  it('a reason is one line, too', () => {
    expect(excerptOf('Error: broken\n(cause)')).toBe('Error: broken (cause)');
    expect(excerptOf('x'.repeat(300))).toBe(`${'x'.repeat(199)}…`);
  });

  it('whatever comes back: bounded, printable, and well-formed', () => {
    fc.assert(
      fc.property(fc.nat(999), anyText(), fc.option(anyText(), { nil: undefined }), (...parts) => {
        const line = excerptOfReply(reply(...parts));
        expect(line.length).toBeLessThan(250);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}]/u);
      }),
    );
  });

  it('no header with a credential is quoted from it, at its beginning or at the cut', () => {
    for (const before of [0, 70, 85, 95]) {
      const body = `${'x'.repeat(before)} X-Auth-Token: MIICsecret`;
      expect(excerptOfReply(reply(400, body))).not.toContain('MIIC');
    }
  });
});

describe('the reason of a reply that refuses all requests', () => {
  it.each<[Unread, string | undefined]>([
    [reply(404, '<html>', 'text/html'), '404 text/html: not a reply of the service: <html>'],
    [reply(503, ''), '503: not a reply of the service: an empty body'],
    [
      reply(404, '{"error_code":"APIGW.0101","error_msg":"no such API"}', 'application/json'),
      '404: APIGW.0101: no such API',
    ],
    [reply(400, '[{"error_code":"DLI.0999"}]'), '400: DLI.0999'],
    [
      reply(202, '{"results":[{"id":"a","error_code":"DRS.M01503","error_message":"later"}]}'),
      '202: DRS.M01503: later',
    ],
    [reply(429, '[{"is_success":"false"}]'), '429: [{"is_success":"false"}]'],
    [reply(200, '[{"is_success":"true"}]'), undefined],
    [{ kind: 'unsent', why: 'unreachable', reason: 'no\nroute' }, 'no route'],
    [{ kind: 'unsent', why: 'held', reason: 'no time' }, undefined],
    [{ kind: 'silent', reason: 'timeout' }, 'timeout'],
  ])('%j: %s', (seen, line) => {
    expect(saysOf(readReply(seen)).reason).toBe(line);
  });
});
