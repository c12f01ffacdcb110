import { describe, expect, it } from 'vitest';
import { canonicalRequests } from '../../shared/callers/canonical-request.ts';
import { sha256 } from '../../shared/callers/digest.ts';
import { verifySignature } from '../../shared/callers/vendor-signature.ts';

describe("the vendor's published vector verifies", () => {
  const headers = {
    'content-type': 'application/json',
    host: 'service.region.example.com',
    'x-sdk-date': '20191115T033655Z',
  };
  const request = {
    method: 'GET',
    paths: ['/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs'],
    query: 'limit=2&marker=13551d6b-755d-4757-b956-536f674975c0',
    headers,
    bodyHash: sha256(''),
  };
  const signedHeaders = Object.keys(headers);

  it('its canonical request', () => {
    expect(canonicalRequests(request, signedHeaders).map(sha256)).toEqual([
      'b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a',
    ]);
  });

  it('its signature, under the sample key of the guide', () => {
    const ak = 'QTWAOYTTINDUT2QVKYUC';
    const sk = 'MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc';
    const signature = '7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe';
    const at = Date.parse('2019-11-15T03:36:55Z');
    const authorization = `SDK-HMAC-SHA256 Access=${ak}, SignedHeaders=${signedHeaders.join(';')}, Signature=${signature}`;
    const signed = { ...request, headers: { ...headers, authorization } };
    expect(verifySignature(signed, () => ({ sk }), at)).toEqual({ ok: true, ak, signature });
  });
});
