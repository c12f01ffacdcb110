import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { sha256 } from '../../shared/callers/digest.ts';
import { verifySignature } from '../../shared/callers/vendor-signature.ts';

const recordSchema = v.object({
  /** Which client, and which version or commit of it. */
  client: v.string(),
  method: v.string(),
  url: v.string(),
  /** As Node read them; those of the connection are left out. */
  headers: v.record(v.string(), v.string()),
  body: v.string(),
  /** What the simulator answered. */
  status: v.number(),
});

/**
 * Requests as real clients sent them to this simulator: the SDKs for Go, Python and Java, golangsdk and gophertelekomcloud,
 * under made-up keys. A recorder between the two wrote them down.
 */
export type SignedRecord = v.InferOutput<typeof recordSchema>;

export const RECORDS: readonly SignedRecord[] = v.parse(
  v.array(recordSchema),
  JSON.parse(readFileSync(new URL('signed-requests.json', import.meta.url), 'utf8')),
);

/** The keys that they are signed with. */
export const KEYS = [
  { ak: 'AKEXAMPLE1', sk: 'sk-made-up-1' },
  { ak: 'AKTEMP2', sk: 'sk-made-up-2', security_token: 'token-made-up-2' },
];

export const akOf = ({ headers }: SignedRecord): string | undefined =>
  KEYS.find(({ ak }) => headers.authorization?.includes(`=${ak}`))?.ak;

/** When it was signed, in milliseconds since 1970. */
export const dateOf = ({ headers }: SignedRecord): number =>
  Date.parse(
    String(headers['x-sdk-date']).replace(
      /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/,
      '$1-$2-$3T$4:$5:$6Z',
    ),
  );

export const signedNames = ({ headers }: SignedRecord): readonly string[] =>
  /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1]?.split(';') ?? [];

/** The verdict on a request, as recorded or changed on the way. */
export const verify = (
  request: SignedRecord,
  { now = dateOf(request), keys = KEYS }: { now?: number; keys?: typeof KEYS } = {},
) => {
  const [path = ''] = request.url.split('?', 1);
  const query = request.url.slice(path.length + 1);
  const { method, headers, body } = request;
  return verifySignature(
    { method, paths: [path], query, headers, bodyHash: sha256(body) },
    (ak) => keys.find((key) => key.ak === ak),
    now,
  );
};
