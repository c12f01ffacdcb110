import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { DEV_PROOF } from '../support/callers.ts';
import { startChild } from '../support/child.ts';
import { send } from '../support/stack.ts';
import { delivered, runPath, SUBMITTED } from '../support/vendor.ts';

const BODY = '{"job_ids":[131]}';

describe('it tells when it is ready, and then it is', () => {
  test('with its addresses, and 200 at /healthz', async (context) => {
    const child = startChild(context, {});
    const url = await child.ready();
    expect(await send(`${url}/healthz`, null, {}, 'GET')).toMatchObject({ status: 200 });
    expect((await send(url + runPath('p'), BODY)).status).toBe(200);
    await child.says(/"message":"batch".*"given_back":0/);
    child.signal('SIGTERM');
    const { stdout, stderr } = await child.ended();
    expect(stdout).toMatch(/is ready after \d+\.\d s\n( {2}\w+ +http:\S+.*\n){5}/);
    expect(stdout).toMatch(
      / {2}ledger \/\S+ledger\.sqlite \(.*\)\nDevelopment callers, each with every grant:\n/,
    );
    expect(stdout).toMatch(
      / {2}dev-bearer +Authorization: Bearer dev-token\n( {2}dev-\w+ .*\n){6}Calls upstream are signed with a development key\.\n/,
    );
    console.info(/job-fanin .* is ready after .* s/.exec(stdout)?.[0]);
    expect(stderr).toBe('');
  });
});

test('a variable that is nearly a setting is told of as it starts', async (context) => {
  const child = startChild(context, { MAX_RECIEVES: '5' });
  await child.ready();
  child.signal('SIGTERM');
  const { code, stderr } = await child.ended();
  expect({ code, stderr }).toEqual({
    code: 0,
    stderr: 'MAX_RECIEVES is not a setting, and changes nothing: did you mean MAX_RECEIVES?\n',
  });
});

describe.concurrent('on a signal it finishes what is in flight and exits 0', () => {
  /** A request of which the server has the head and half of the body. */
  const halfSend = async (url: string) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
    });
    const head = [
      `POST ${runPath('p')} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: application/json',
      `Authorization: ${DEV_PROOF.authorization}`,
      // The server says that it has read the head.
      'Expect: 100-continue',
      `Content-Length: ${BODY.length}`,
    ];
    // A process that ends without waiting resets the connection.
    socket.on('error', () => undefined);
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write(`${head.join('\r\n')}\r\n\r\n${BODY.slice(0, 5)}`);
    await once(socket, 'data');
    return {
      finish: async () => {
        socket.write(BODY.slice(5));
        await closed;
        return text;
      },
    };
  };

  test.for(['SIGTERM', 'SIGINT'] as const)('%s', async (signal, context) => {
    const child = startChild(context, { BATCH_SIZE: '10', BATCH_WINDOW_SECONDS: '0' });
    const url = await child.ready();
    const half = await halfSend(url);
    child.signal(signal);
    await child.says(new RegExp(`${signal}: finishing what is in flight`));
    const answer = await half.finish();
    expect(answer).toContain('HTTP/1.1 200 OK');
    expect(answer).toContain(JSON.stringify(delivered(SUBMITTED, 1)));
    expect(await child.ended()).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('a signal that comes as soon as it is ready counts', async (context) => {
    const child = startChild(context, {});
    await child.says(/is ready/);
    child.signal('SIGTERM');
    expect(await child.ended()).toMatchObject({ code: 0, signal: null, stderr: '' });
  });

  test('unless it is asked again', async (context) => {
    const child = startChild(context, {});
    const half = await halfSend(await child.ready());
    child.signal('SIGTERM');
    await child.says(/finishing what is in flight/);
    // At once it would be the same keystroke, which a terminal and npm both pass on.
    const asking = setInterval(() => child.signal('SIGINT'), 50);
    const ended = await child.ended();
    clearInterval(asking);
    expect(ended).toMatchObject({ code: 1, stderr: 'ended without waiting\n' });
    expect(await half.finish()).not.toContain('200 OK');
  });
});

describe.concurrent("what a developer's shell has for AWS does no harm", () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'job-fanin-'));
    await mkdir(join(home, '.aws'));
    await writeFile(
      join(home, '.aws', 'config'),
      '[default]\nuse_fips_endpoint = true\nretry_mode = unheard-of\n',
    );
  });
  afterAll(() => rm(home, { recursive: true }));

  test.for<readonly [string, Record<string, string>]>([
    [
      'files, temporary credentials, proxies and odd ways',
      {
        AWS_ACCESS_KEY_ID: 'A',
        AWS_SECRET_ACCESS_KEY: 's',
        AWS_SESSION_TOKEN: 't',
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: 'http://127.0.0.1:1',
        http_proxy: 'http://127.0.0.1:1',
        AWS_MAX_ATTEMPTS: 'many',
        AWS_RETRY_MODE: 'x',
        AWS_DEFAULTS_MODE: 'x',
      },
    ],
    [
      'a profile that there is not, and an endpoint of its own',
      { AWS_PROFILE: 'nobody', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' },
    ],
  ])('%s', async ([, settings], context) => {
    const child = startChild(context, { HOME: home, ...settings });
    const url = await child.ready();
    expect((await send(url + runPath('p'), BODY)).status).toBe(200);
    await child.says(/"message":"batch".*"given_back":0/);
    expect((await send(`${url}/healthz`, null, {}, 'GET')).status).toBe(200);
    child.signal('SIGTERM');
    expect(await child.ended()).toMatchObject({ code: 0, stderr: '' });
  });
});

/** More such lines: settings-refused.test.ts. */
describe.concurrent('what cannot be started is one clear line on stderr, and exit 1', () => {
  const expectLine = async (
    context: TestContext,
    settings: Readonly<Record<string, string>>,
    line: RegExp,
  ) => {
    const { code, stdout, stderr } = await startChild(context, settings).ended();
    expect(stderr).toMatch(line);
    expect({ code, stdout, lines: stderr.split('\n').length }).toEqual({
      code: 1,
      stdout: '',
      lines: 2,
    });
  };

  test('a port in use', async (context) => {
    const squatter = createServer().listen(0, '127.0.0.1');
    context.onTestFinished(() => {
      squatter.close();
    });
    await once(squatter, 'listening');
    const { port } = squatter.address() as AddressInfo;
    await expectLine(context, { PORT: String(port) }, new RegExp(`^127.0.0.1:${port} is in use`));
  });

  test('a ledger that cannot be opened', async (context) => {
    const folder = await mkdtemp(join(tmpdir(), 'job-fanin-'));
    context.onTestFinished(() => rm(folder, { recursive: true }));
    await mkdir(join(folder, 'ledger.sqlite'));
    await expectLine(
      context,
      { DATA_DIR: folder },
      /^the ledger \S+ledger\.sqlite cannot be opened: Error: unable to open database file$/m,
    );
  });

  test('bad settings, all of them', (context) =>
    expectLine(
      context,
      {
        PORT: '99999',
        BATCH_SIZE: '0',
        BATCH_WINDOW_SECONDS: '1.5',
        MAX_CONCURRENCY: 'many',
        DLI_ENDPOINT: 'ftp://dli.invalid',
        AWS_ENDPOINT_URL_SQS: 'localhost:4566',
      },
      /^Settings: (?=.*PORT)(?=.*BATCH_SIZE)(?=.*BATCH_WINDOW_SECONDS)(?=.*MAX_CONCURRENCY)(?=.*DLI_ENDPOINT)(?=.*AWS_ENDPOINT_URL_SQS)/,
    ));
});
