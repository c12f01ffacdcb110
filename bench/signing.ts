import { sign } from '../shared/edge/signer.ts';

const ROUNDS = 20_000;

const BODY = `{"job_ids":[${Array.from({ length: 100 }, (_, i) => 9_000_000_000_000_000 + i)}]}`;

const REQUEST = {
  method: 'POST',
  url: 'https://dli.eu-de.otc.t-systems.com/v1.0/054ba152d480d55b2f5dc0069e7ddef0/streaming/jobs/run',
  headers: {
    'content-type': 'application/json',
    'x-project-id': '054ba152d480d55b2f5dc0069e7ddef0',
  },
  body: BODY,
};

/** Microseconds to sign one call of a hundred jobs. */
export const measureSigning = (): number => {
  const key = { kind: 'key', access: 'A'.repeat(20), secret: 'S'.repeat(40) } as const;
  const at = new Date();
  for (let n = 0; n < ROUNDS / 10; n++) sign(REQUEST, key, at);
  const start = performance.now();
  for (let n = 0; n < ROUNDS; n++) sign(REQUEST, key, at);
  return ((performance.now() - start) / ROUNDS) * 1_000;
};

if (import.meta.main) console.log(measureSigning());
