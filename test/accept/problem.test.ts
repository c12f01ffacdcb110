import { describe, expect, it } from 'vitest';
import { asProblemDetails, asVendorError, invalid } from '../../shared/accept/problem.ts';

const faults = [
  { pointer: '#/jobs', detail: 'is required' },
  { pointer: '#/options', detail: 'must be an object' },
];
const told = (status: number) => ({ status, title: 'A title', detail: 'What to do.' });

describe('an invalid request is answered with all its faults', () => {
  it('as a list, and in one sentence', () => {
    expect(invalid(faults)).toEqual({
      type: 'invalid-request',
      status: 400,
      title: 'Invalid request',
      detail: '#/jobs: is required; #/options: must be an object',
      faults,
    });
  });
});

describe('the native route answers problems by RFC 9457', () => {
  it('with its faults as `errors`', () => {
    expect(asProblemDetails(invalid(faults), 'urn:uuid:1')).toEqual({
      status: 400,
      contentType: 'application/problem+json',
      body: {
        type: 'urn:job-fanin:problem:invalid-request',
        status: 400,
        title: 'Invalid request',
        detail: '#/jobs: is required; #/options: must be an object',
        instance: 'urn:uuid:1',
        errors: faults,
      },
    });
  });

  it('fields that do not apply are absent', () => {
    const { body } = asProblemDetails({ ...told(503), queued: ['131'] }, 'urn:uuid:1');
    expect(body).toStrictEqual({
      type: 'about:blank',
      ...told(503),
      queued: ['131'],
      instance: 'urn:uuid:1',
    });
  });
});

describe("a vendor route answers problems with the vendor's code", () => {
  it.each([
    [400, 'DLI.0001', 'DRS.M00202'],
    [422, 'DLI.0001', 'DRS.M00202'],
    [499, 'DLI.0001', 'DRS.M00202'],
    [404, 'APIGW.0101', 'APIGW.0101'],
    [405, 'APIGW.0101', 'APIGW.0101'],
    // Codes of our own, which the vendor's clients do not act on: this and 501.
    [409, 'JOBFANIN.0409', 'JOBFANIN.0409'],
    [413, 'APIGW.0201', 'APIGW.0201'],
    [500, 'DLI.0999', 'DRS.M00004'],
    [501, 'JOBFANIN.0501', 'JOBFANIN.0501'],
    [502, 'DLI.0999', 'DRS.M00004'],
    [503, 'DLI.0012', 'DRS.M01503'],
  ])('%i: %s, %s', (status, dli, drs) => {
    expect(asVendorError(told(status), 'dli')).toStrictEqual({
      status,
      body: { error_code: dli, error_msg: 'What to do.' },
    });
    expect(asVendorError(told(status), 'drs')).toStrictEqual({
      status,
      body: { error_code: drs, error_msg: 'What to do.' },
    });
  });

  it('a partly queued request lists which jobs are queued and which are not', () => {
    const parted = { ...told(503), queued: ['131'], not_queued: ['130'] };
    expect(asVendorError(parted, 'dli').body).toEqual({
      error_code: 'DLI.0012',
      error_msg: 'What to do.',
      queued: ['131'],
      not_queued: ['130'],
    });
  });
});
