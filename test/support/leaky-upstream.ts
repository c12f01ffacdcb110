import fc from 'fast-check';
import { Dispatcher } from 'undici';
import { isObject, parseLoosely } from '../../shared/json/json.ts';
import { type Spelling, spell, spelling, type Writer, writeAs, writer } from './quotes.ts';

/** What a request showed, or its sender knows. */
export const QUOTED = [
  'authorization',
  'signature',
  'token',
  'security token',
  'access key',
  'secret key',
  'password',
  'headers',
  'body',
] as const;

export const PLACES = [
  'error_code',
  'error_msg',
  'message',
  'id',
  'status',
  'name',
  'text',
  'html',
] as const;
export const MANNERS = ['replies', 'throws', 'breaks off', 'rejects'] as const;

/** What the upstream does in place of serving one request, and what of the request's secrets it quotes with it. */
export interface UpstreamFault {
  readonly manner: (typeof MANNERS)[number];
  readonly status: number;
  readonly code: string;
  readonly place: (typeof PLACES)[number];
  readonly quoted: (typeof QUOTED)[number];
  readonly spelling: Spelling;
  readonly writer: Writer;
}

export const upstreamFault = (): fc.Arbitrary<UpstreamFault> =>
  fc.record({
    manner: fc.oneof(
      { weight: 5, arbitrary: fc.constant('replies' as const) },
      { weight: 3, arbitrary: fc.constantFrom(...MANNERS) },
    ),
    status: fc.constantFrom(200, 202, 302, 400, 401, 403, 404, 408, 413, 429, 500, 502, 503, 504),
    code: fc.constantFrom(
      'DLI.1028',
      'DLI.0001',
      'DLI.0002',
      'DLI.0014',
      'DLI.0999',
      'DRS.M00007',
      'DRS.M00304',
      'DRS.M01503',
      'DRS.M01504',
      'APIGW.0301',
      'APIGW.0308',
      'IAM.0061',
      'NEW.1',
    ),
    place: fc.constantFrom(...PLACES),
    quoted: fc.constantFrom(...QUOTED),
    spelling: spelling(),
    writer: writer(),
  });

/** A request as it goes out, with what only its sender knows. */
export interface Shown {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly account: Readonly<Partial<Record<'ak' | 'sk' | 'security_token' | 'password', string>>>;
}

const headersOf = ({ headers }: Shown): string =>
  Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');

export const signatureIn = (headers: Shown['headers']): string | undefined =>
  /Signature=(\w+)/.exec(headers.authorization ?? '')?.[1];

const quote = (shown: Shown, { quoted, spelling }: UpstreamFault): string => {
  const { headers, body, account } = shown;
  const known: Record<UpstreamFault['quoted'], string | undefined> = {
    authorization: headers.authorization,
    signature: signatureIn(headers),
    token: headers['x-auth-token'],
    'security token': headers['x-security-token'],
    'access key': account.ak,
    'secret key': account.sk,
    password: account.password,
    headers: headersOf(shown),
    body,
  };
  const everything = [headersOf(shown), body, ...Object.values(account)].join('\n');
  return spell(known[quoted] || everything, spelling);
};

const jobsIn = (body: string): readonly string[] => {
  const parsed = parseLoosely(body);
  const { job_ids, jobs } = parsed.ok && isObject(parsed.value) ? parsed.value : {};
  const list = [job_ids ?? jobs ?? []].flat();
  return list.map((job) => String(isObject(job) ? job.job_id : job));
};

/** The fields of a row, with the quote in one of them. */
const rowWith = ({ place, code }: UpstreamFault, id: string, said: string) => ({
  is_success: 'false',
  status: place === 'status' ? said : 'failed',
  message: place === 'message' ? said : 'no',
  ...(place !== 'message' && { error_code: place === 'error_code' ? said : code }),
  error_msg: place === 'error_msg' ? `refused: ${said}` : 'no',
  id: place === 'id' ? said : id,
  ...(place === 'name' && { [said]: said }),
});

const bodyWith = (fault: UpstreamFault, shown: Shown, said: string): string => {
  if (fault.place === 'html') return `<html><body><h1>${fault.status}</h1>${said}</body></html>`;
  if (fault.place === 'text') return said;
  const jobs = jobsIn(shown.body);
  const isList = jobs.length > 0 && fault.status < 401;
  const rows = isList ? jobs.map((id) => rowWith(fault, id, said)) : rowWith(fault, '', said);
  return writeAs(shown.path.startsWith('/v3/') && isList ? { results: rows } : rows, fault.writer);
};

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An error of the pool's or the wire's, which quotes. */
const errorWith = (said: string): Error =>
  Object.assign(new TypeError(`fetch failed: ${said}`, { cause: new Error(said) }), {
    code: 'UND_ERR_SOCKET',
    data: said,
  });

/** What is thrown where nothing should be. */
export const rejectionOf = (shown: Shown, fault: UpstreamFault): Error =>
  errorWith(quote(shown, fault));

export interface LeakyUpstreamOptions {
  /** The next fault, if one is due. */
  readonly nextFault: () => UpstreamFault | undefined;
  readonly answer: (shown: Shown) => Answered;
  readonly accountOf: (path: string, body: string) => Shown['account'];
  /** Told of each request. */
  readonly seen: (shown: Shown) => void;
}

/** An upstream below the connection pool, which quotes what it was sent wherever its faults say so. */
export class LeakyUpstream extends Dispatcher {
  readonly #options: LeakyUpstreamOptions;

  constructor(options: LeakyUpstreamOptions) {
    super();
    this.#options = options;
  }

  override dispatch(
    { path, headers, body }: Dispatcher.DispatchOptions,
    handler: Dispatcher.DispatchHandler,
  ): boolean {
    const { nextFault, answer, accountOf, seen } = this.#options;
    const text = typeof body === 'string' ? body : '';
    const sent = Object.fromEntries(
      Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]),
    );
    const shown = { path, headers: sent, body: text, account: accountOf(path, text) };
    seen(shown);
    const fault = nextFault();
    const said = fault === undefined ? '' : quote(shown, fault);
    queueMicrotask(() => {
      handler.onRequestStart?.(CONTROLLER, {});
      if (fault?.manner === 'throws') {
        handler.onResponseError?.(CONTROLLER, errorWith(said));
        return;
      }
      const reply = fault
        ? { status: fault.status, headers: {}, body: bodyWith(fault, shown, said) }
        : answer(shown);
      handler.onResponseStart?.(CONTROLLER, reply.status, { ...reply.headers }, '');
      handler.onResponseData?.(CONTROLLER, Buffer.from(reply.body));
      if (fault?.manner === 'breaks off') handler.onResponseError?.(CONTROLLER, errorWith(said));
      else handler.onResponseEnd?.(CONTROLLER, {});
    });
    return true;
  }
}

const CONTROLLER: Dispatcher.DispatchController = {
  aborted: false,
  paused: false,
  reason: null,
  abort: () => undefined,
  pause: () => undefined,
  resume: () => undefined,
};
