import { gzipSync } from 'node:zlib';
import type { Random } from '../simulation/random.ts';
import type { Base } from './bases.ts';
import { PROJECTS } from './callers.ts';
import { type Changed, flip, junk, type Mutations, onBody, onLine } from './mutation.ts';
import { isText, type Wire, withHeader, withoutHeader } from './wire.ts';
import { drawWish, nativeBody, vendorBody } from './wishes.ts';

const textOf = ({ body }: Wire): string => Buffer.from(body).toString('latin1');

/** A body that is not UTF-8 is handed over as base64. */
const withBody = (wire: Wire, body: Uint8Array, base: Base): Changed => {
  const isSame = Buffer.from(body).equals(wire.body);
  const isBase64 = wire.envelope.isBase64 || !isText(body);
  return {
    wire: { ...wire, body, envelope: { ...wire.envelope, isBase64 } },
    effect: isSame ? 'keeps' : onBody(base),
  };
};

const rewritten =
  (change: (text: string, random: Random) => string) =>
  (wire: Wire, random: Random, base: Base): Changed =>
    withBody(wire, Buffer.from(change(textOf(wire), random), 'latin1'), base);

/** Bodies that parsers stumble over. */
const traps = (text: string, random: Random): string =>
  random.pick([
    '',
    'null',
    '[]',
    '"text"',
    '{',
    `${text},`,
    `[${text}]`,
    `{"alerts":[${`{"status":"firing","intent":${text}},`.repeat(40)}{}]}`,
    `\xef\xbb\xbf${text}`,
    `${text.slice(0, -1)},"__proto__":{"jobs":["1"]}}`,
    `${text.slice(0, -1)},"jobs":["131"],"project_id":"${PROJECTS[2]}"}`,
    `${text.slice(0, -1)},"x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`,
    `${text.slice(0, -1)},"jobs":[${'9'.repeat(3_000)}]}`,
    text.replaceAll('"', "'"),
    text.replace(/\d+/, '1e400'),
    text.replace(/\d+/, '-0'),
    text.replace(/"(\w+)":/, '"\\u0000$1":'),
  ]);

export const BODY_MUTATIONS: Mutations = {
  'a byte of the body': (wire, random, base) => {
    const body = Buffer.from(wire.body);
    if (body.length > 0) body[random.between(0, body.length - 1)] = random.between(0, 255);
    return withBody(wire, body, base);
  },
  'a letter of the body': rewritten(flip),
  'body cut': rewritten((text, random) => text.slice(0, random.between(0, text.length))),
  'body longer': rewritten((text, random) => text + random.pick([' ', '\n', '}', '\0', text])),
  'another wish in the body': (wire, random, base) => {
    const wish = drawWish(random);
    const text =
      wire.path === '/v1/intents' ? nativeBody(wish) : vendorBody(wish, random.chance(0.5));
    return withBody(wire, Buffer.from(text), base);
  },
  'another project in the body': rewritten((text, random) =>
    text.replace(/"project_id":"[^"]*"/, `"project_id":"${random.pick(PROJECTS)}"`),
  ),
  'a trap in the body': rewritten(traps),
  'body compressed': (wire, _, base) => {
    const changed = withBody(wire, gzipSync(wire.body), base);
    return { ...changed, wire: withHeader(changed.wire, 'Content-Encoding', 'gzip') };
  },
  'body said to be compressed': (wire, random) => ({
    wire: withHeader(wire, 'Content-Encoding', random.pick(['gzip', 'br', 'identity', 'x'])),
    effect: 'unclear',
  }),
};

const TRICKS: readonly ((path: string, project: string) => string)[] = [
  (path, project) => path.replace(project, encodeURIComponent(`../${PROJECTS[2]}`)),
  (path, project) => path.replace(project, `${project}%2F..%2F${PROJECTS[2]}`),
  (path, project) => path.replace(project, `%2e%2e/${PROJECTS[2]}`),
  (path, project) => path.replace(project, `${project}%00`),
  (path, project) => path.replace(project, `${project};a=b`),
  (path, project) => path.replace(project, `${project}%252F`),
  (path, project) =>
    path.replace(project, [...project].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('')),
  (path, project) => path.replace(project, 'ü'),
  (path, project) => path.replace(project, '%'),
  (path, project) => path.replace(project, '%zz'),
  (path, project) => path.replace(project, '%ff'),
  (path, project) => path.replace(project, ''),
  (path, project) => path.replace(project, 'a'.repeat(5_000)),
  (path, project) => path.replace(project, '__proto__'),
  (path) => `${path}/`,
  (path) => `/${path}`,
  (path) => path.replaceAll('/', '//'),
  (path) => path.replace('/', '/./'),
  (path) => path.toUpperCase(),
  (path) => `${path}%20`,
  (path) => `${path}?wait`,
  (path) => path.replaceAll('/', '\\'),
  () => '',
  () => '/',
  () => '*',
  (path) => `https://api.example.com${path}`,
];

export const LINE_MUTATIONS: Mutations = {
  'a trick in the path': (wire, random, { wish }) => {
    const tricks = wire.path.includes(wish.project) ? TRICKS : TRICKS.slice(14);
    return {
      wire: { ...wire, path: random.pick(tricks)(wire.path, wish.project) },
      effect: 'unclear',
    };
  },
  'another project in the path': (wire, random, base) => {
    const other = random.pick(PROJECTS.filter((project) => project !== base.wish.project));
    const path = wire.path.replace(base.wish.project, other);
    return { wire: { ...wire, path }, effect: path === wire.path ? 'keeps' : onLine(base) };
  },
  'another operation in the path': (wire, random, base) => {
    const path = wire.path.replace(
      /[\w-]+$/,
      random.pick(['run', 'stop', 'delete', 'batch-starting']),
    );
    return { wire: { ...wire, path }, effect: path === wire.path ? 'keeps' : onLine(base) };
  },
  'another path': (wire, random, base) => {
    const paths = [
      '/v1/intents',
      '/openapi.json',
      '/v3/p/jobs',
      '/v1/hooks/all',
      '/v1/hooks/hook-standard',
      '/v1/hooks/hook-github',
      '/v1/hooks/__proto__',
      '/v1/hooks/constructor',
      '/v1/intents/x',
      '/',
    ];
    const path = random.pick(paths.filter((one) => one !== wire.path));
    return { wire: { ...wire, path }, effect: onLine(base) };
  },
  'another query': (wire, random, base) => ({
    wire: {
      ...wire,
      query: random.pick(['a=2', 'a=1&b=2&c=3', '%', 'a=%ff', 'a=1&a=1', 'x=/../']),
    },
    effect: onLine(base),
  }),
  'another method': (wire, random, base) => {
    const methods = ['GET', 'PUT', 'PATCH', 'DELETE', 'POST', 'HEAD', 'OPTIONS', 'post', 'X'];
    const method = random.pick(methods.filter((one) => one !== wire.method));
    return { wire: { ...wire, method }, effect: onLine(base) };
  },
};

export const HEADER_MUTATIONS: Mutations = {
  'names in mixed case': (wire, random) => ({
    wire: {
      ...wire,
      headers: wire.headers.map(([name, value]) => [
        [...name].map((c) => (random.chance(0.5) ? c.toUpperCase() : c.toLowerCase())).join(''),
        value,
      ]),
    },
    effect: 'keeps',
  }),
  'headers in another order': (wire, random) => ({
    wire: { ...wire, headers: random.shuffle(wire.headers) },
    effect: 'keeps',
  }),
  'headers that proxies add': (wire, random) => ({
    wire: {
      ...wire,
      headers: [
        ...wire.headers,
        ['X-Forwarded-For', '192.0.2.1, 192.0.2.2'],
        ['Via', '1.1 proxy'],
        ['Cookie', `a=${random.between(0, 9)}; b=2`],
        ['X-Amzn-Trace-Id', 'Root=1-67891233-abcdef012345678912345678'],
      ],
    },
    effect: 'keeps',
  }),
  'no content type': (wire) => ({ wire: withoutHeader(wire, 'Content-Type'), effect: 'unclear' }),
  'another content type': (wire, random) => ({
    wire: withHeader(
      wire,
      'Content-Type',
      random.pick([
        'text/plain',
        'application/cloudevents+json',
        'application/xml',
        'multipart/form-data; boundary=x',
        'application/json;charset=utf-16',
        junk(random),
      ]),
    ),
    effect: 'unclear',
  }),
  'an odd correlation id': (wire, random) => ({
    wire: withHeader(wire, 'X-Correlation-Id', junk(random)),
    effect: 'unclear',
  }),
  "GitHub's ping": (wire) => ({
    wire: withHeader(wire, 'X-GitHub-Event', 'ping'),
    effect: 'unclear',
  }),
  'an odd attribute of an event': (wire, random) => ({
    wire: withHeader(
      wire,
      random.pick(['ce-specversion', 'ce-id', 'ce-source', 'ce-time', 'ce-sequence', 'ce-x']),
      random.pick(['1.0', '2026-01-31T12:00:00Z', junk(random)]),
    ),
    effect: 'unclear',
  }),
  'an odd key': (wire, random) => ({
    wire: withHeader(wire, 'Idempotency-Key', `${random.between(0, 2 ** 48)}${junk(random)}`),
    effect: 'unclear',
  }),
  'a trace': (wire, random) => ({
    wire: withHeader(
      wire,
      'Traceparent',
      random.chance(0.5) ? `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01` : junk(random),
    ),
    effect: 'keeps',
  }),
};
