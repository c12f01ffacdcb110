import { AKSKSigner } from '@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js';
import { BasicCredentials } from '@huaweicloud/huaweicloud-sdk-core/auth/BasicCredentials.js';

export interface SigningKey {
  readonly ak: string;
  readonly sk: string;
  readonly security_token?: string;
}

export interface ToSign {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** `YYYYMMDDTHHMMSSZ`. */
const sdkDate = (at: number): string =>
  `${new Date(at)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .slice(0, 15)}Z`;

/** The headers of a request as the vendor's own client signs it. */
export const signAsVendor = (
  { ak, sk, security_token: token }: SigningKey,
  { method, url, query = {}, body, headers = {}, at }: ToSign,
): Record<string, string> =>
  AKSKSigner.sign(
    {
      endpoint: url,
      method,
      queryParams: query,
      headers: {
        'content-type': 'application/json',
        'X-Sdk-Date': sdkDate(at),
        ...(token !== undefined && { 'X-Security-Token': token }),
        ...headers,
      },
      data: body,
    },
    new BasicCredentials().withAk(ak).withSk(sk),
  );
