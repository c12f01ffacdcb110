import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSampled, traceOf, traceOfXRay } from '../../shared/json/trace-context.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PARENT = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${PARENT}-01`;

describe('traceparent is read as W3C Trace Context asks', () => {
  it.each(['00', '01', '02', '03', 'ff'])('version 00 is kept with its flags: %s', (flags) => {
    const given = `00-${TRACE}-${PARENT}-${flags}`;
    expect(traceOf({ traceparent: given })).toEqual({ traceparent: given });
    expect(isSampled(given)).toBe(flags !== '00' && flags !== '02');
  });

  it.each([
    ['cc', '03', '', '01'],
    ['cc', '02', '-later-fields', '00'],
    ['01', '01', '-', '01'],
  ])('of a later version only what we know is kept: %s', (version, flags, more, kept) => {
    expect(traceOf({ traceparent: `${version}-${TRACE}-${PARENT}-${flags}${more}` })).toEqual({
      traceparent: `00-${TRACE}-${PARENT}-${kept}`,
    });
  });

  it.each([
    ['the forbidden version', `ff-${TRACE}-${PARENT}-01`],
    ['a trace id of zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['a parent id of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capital letters', traceparent.toUpperCase()],
    ['a field too many', `${traceparent}-00`],
    ['a trace id that is short', `00-${TRACE.slice(1)}-${PARENT}-01`],
    ['two headers', `${traceparent},${traceparent}`],
    ['a later version without its dash', `cc-${TRACE}-${PARENT}-01.what`],
    ['blanks', ` ${traceparent}`],
    ['nothing', ''],
    ['no text', 5],
    ['null', null],
  ])('%s is ignored, with its state', (_, given) => {
    expect(traceOf({ traceparent: given, tracestate: 'a=1' })).toEqual({});
  });

  it('any text is read without a throw, and what is kept reads as itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (parent, tracestate) => {
        for (const given of [parent, `00-${TRACE}-${PARENT}-${parent}`, traceparent]) {
          const read = traceOf({ traceparent: given, tracestate });
          expect(traceOf(read)).toEqual(read);
        }
      }),
    );
  });
});

describe('tracestate goes along in its bounds', () => {
  const stateOf = (tracestate: unknown) => traceOf({ traceparent, tracestate }).tracestate;

  it.each([
    ['rojo=00f067aa0ba902b7,congo=t61rcWkgMzE', 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE'],
    ['a=1 , ,\tb@c=2', 'a=1,b@c=2'],
    ['', undefined],
    ['a', undefined],
    ['a=1,B=2', undefined],
    ['a=é', undefined],
    [7, undefined],
    [Array.from({ length: 33 }, (_, i) => `k${i}=1`).join(), undefined],
  ])('%j', (given, kept) => {
    expect(stateOf(given)).toBe(kept);
  });

  it('of more than 512 characters the large members go first, then the last', () => {
    const large = `large=${'x'.repeat(200)}`;
    const small = Array.from({ length: 6 }, (_, i) => `k${i}=${'y'.repeat(97)}`);
    expect(stateOf([small[0], large, small[1]].join())).toBe([small[0], large, small[1]].join());
    expect(stateOf([large, ...small].join())).toBe(small.slice(0, 5).join());
  });
});

describe('a header of X-Ray becomes a traceparent by AWS’s rule', () => {
  const ROOT = 'Root=1-5759e988-bd862e3fe1be46a994272793';

  it.each([
    [`${ROOT};Parent=53995c3f42cd8ad8;Sampled=1`, '01'],
    [`${ROOT};Parent=53995c3f42cd8ad8;Sampled=0`, '00'],
    [`Self=1-67891234-12456789abcdef012345678;${ROOT}; Parent=53995c3f42cd8ad8`, '00'],
  ])('%s', (header, flags) => {
    expect(traceOfXRay(header)).toEqual({
      traceparent: `00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-${flags}`,
    });
  });

  it.each([ROOT, `${ROOT};Parent=53995c3f42cd8ad;Sampled=1`, 'Parent=53995c3f42cd8ad8', '', 5])(
    'without root or parent there is none: %s',
    (header) => {
      expect(traceOfXRay(header)).toEqual({});
    },
  );
});
