import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { request } from 'undici';
import { type BusEvent, startEventBus } from '../../local/bus/event-bus.ts';
import { startUpstream } from '../../local/upstream/simulator.ts';
import { BUS_NAME } from '../../local/wires.ts';
import { DEV_PROOF } from '../support/callers.ts';

/**
 * `npm run survive`: the embedded stack, killed with SIGKILL ten times while 20,000 jobs go through it, and started
 * again over the same `DATA_DIR`, ends with one verdict for every accepted job, and no job served twice. Bus and
 * upstream live here, and so survive. Takes some minutes: what a dead process held comes back when its time has lapsed.
 */

const JOBS = 20_000;
const PER_REQUEST = 50;
const KILLS = 10;
const PROJECT = '054ba152d480d55b2f5dc0069e7ddef0';
const MOST_WAIT_MS = 6_000;
const PATIENCE_MS = 8 * 60_000;

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const bus = await startEventBus({ buses: [BUS_NAME] });
const upstream = await startUpstream({ behaviour: { '*': { latencyMs: 100 } } });
const dataDir = mkdtempSync(join(tmpdir(), 'job-fanin-survival-'));
const port = await freePort();
const url = `http://127.0.0.1:${port}`;

const startStack = async (): Promise<ChildProcess> => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('../../local/main.ts', import.meta.url))],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        PORT: String(port),
        DATA_DIR: dataDir,
        DLI_ENDPOINT: upstream.url,
        DRS_ENDPOINT: upstream.url,
        AWS_ENDPOINT_URL_EVENTBRIDGE: bus.url,
        BATCH_SIZE: '20',
        FUNCTION_TIMEOUT_SECONDS: '15',
        CALLS_PER_KEY: '2',
        LEASE_MARGIN_SECONDS: '2',
        CALL_TIMEOUT_SECONDS: '2',
        MAX_JOBS_PER_CALL: '10',
        LOG_LEVEL: 'warn',
      },
    },
  );
  for (;;) {
    const answer = await request(`${url}/healthz`).catch(() => undefined);
    await answer?.body.dump();
    if (answer?.statusCode === 200) return child;
    if (child.exitCode !== null) throw new Error(`the stack ended with ${child.exitCode}`);
    await sleep(20);
  }
};

const kill = async (child: ChildProcess): Promise<void> => {
  child.kill('SIGKILL');
  await once(child, 'exit');
};

/** The intent's id if the request was answered 2xx; a caller whose connection breaks sends again. */
const post = async (first: number): Promise<string> => {
  const ids = Array.from({ length: PER_REQUEST }, (_, i) => first + i);
  for (;;) {
    try {
      const answer = await request(`${url}/v1.0/${PROJECT}/streaming/jobs/run`, {
        method: 'POST',
        headers: { ...DEV_PROOF, 'content-type': 'application/json' },
        body: JSON.stringify({ job_ids: ids }),
      });
      await answer.body.dump();
      if (answer.statusCode === 200) return String(answer.headers['x-intent-id']);
    } catch {
      // The stack is down: it comes back.
    }
    await sleep(50);
  }
};

const verdicts = new Map<string, Set<string>>();
bus.onEvent(({ detail }: BusEvent) => {
  const { settled_at, queued_ms, upstream_ms, ...verdict } = detail;
  const id = String(detail.result_id);
  verdicts.set(id, (verdicts.get(id) ?? new Set()).add(JSON.stringify(verdict)));
});

const started = performance.now();
const seconds = (): string => `${((performance.now() - started) / 1_000).toFixed(1)} s`;
let stack = await startStack();
const accepted: { intent: string; first: number }[] = [];
const sending = (async () => {
  for (let first = 1; first <= JOBS; first += PER_REQUEST)
    accepted.push({ intent: await post(first), first });
})();
for (let n = 1; n <= KILLS; n++) {
  const goal = (JOBS / PER_REQUEST / (KILLS + 1)) * n;
  const had = verdicts.size;
  while (accepted.length < goal) await sleep(5);
  // In the middle of the work: once this process has brought some verdicts, or has had time to.
  for (let waited = 0; verdicts.size === had && waited < MOST_WAIT_MS; waited += 10)
    await sleep(10);
  await kill(stack);
  console.log(
    `${seconds()}: kill ${n}, ${accepted.length} requests accepted, ${verdicts.size} verdicts`,
  );
  stack = await startStack();
}
await sending;

const expected = accepted.flatMap(({ intent, first }) =>
  Array.from({ length: PER_REQUEST }, (_, i) => `${intent}/${first + i}`),
);
const missing = () => expected.filter((id) => !verdicts.has(id)).length;
const deadline = performance.now() + PATIENCE_MS;
for (let last = missing(); missing() > 0 && performance.now() < deadline; ) {
  await sleep(1_000);
  if (missing() !== last) {
    last = missing();
    console.log(`${seconds()}: ${last} verdicts missing`);
  }
}
stack.kill('SIGTERM');
await once(stack, 'exit');
await bus.stop();
await upstream.stop();
rmSync(dataDir, { recursive: true, force: true });

const contradicted = [...verdicts.values()].filter((said) => said.size > 1).length;
const servedTwice = Array.from({ length: JOBS }, (_, i) =>
  upstream.effectsOf('dli', PROJECT, String(i + 1)),
).filter((effects) => effects.length > 1).length;
const repeated = bus.events.length - verdicts.size;
console.log(
  [
    `${expected.length} jobs accepted, ${KILLS} kills, ${seconds()}`,
    `verdicts missing ${missing()}, contradicted ${contradicted}; events repeated ${repeated}`,
    `jobs served twice ${servedTwice}; calls ${upstream.calls.length}`,
  ].join('\n'),
);
process.exitCode = missing() + contradicted + servedTwice === 0 ? 0 : 1;
