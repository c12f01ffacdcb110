import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Alarm, readAlarm, rings } from '../support/alarms.ts';
import { deployedBundles } from '../support/bundles.ts';
import type { Point } from '../support/emf.ts';
import { runBundle } from '../support/run-bundle.ts';
import { startEdges } from './alarm-edges.ts';
import { ofLambda } from './alarm-events.ts';
import { packageOfRun } from './package-service.ts';
import { readTemplate } from './read-template.ts';

type Function = 'accept-http' | 'accept-event' | 'control-jobs';

/** Settings that put an edge at fault. */
type Fault = Readonly<Record<string, string>>;

/** The template and its bundles, over edges of which each may be at fault. */
export const startAlarmRoom = async () => {
  const folder = await mkdtemp(join(tmpdir(), 'alarms-'));
  const bundles = await deployedBundles();
  const { all, environmentOf, functionId } = readTemplate((await packageOfRun()).template);
  const edges = await startEdges();
  const secrets = join(folder, 'secrets.json');
  await writeFile(secrets, edges.credentials);
  const alarms: readonly Alarm[] = Object.entries(all('AWS::CloudWatch::Alarm')).map(
    ([id, properties]) => readAlarm(id, properties),
  );
  const settingsOf = (name: Function, fault: Fault) => ({
    ...environmentOf(name),
    ...edges.environment,
    ...(name === 'control-jobs' && { UPSTREAM_SECRET_ID: '', UPSTREAM_SECRETS_FILE: secrets }),
    ...fault,
  });
  return {
    alarms,
    faulty: edges.faulty,
    receive: edges.receive,
    functionId,
    /** One invocation, and all metrics that come of it. */
    invoke: async (name: Function, event: unknown, fault: Fault = {}, ahead = 0) => {
      const file = join(bundles, name, 'index.mjs');
      const { points, error } = await runBundle(file, event, settingsOf(name, fault), ahead);
      const counted = error === undefined ? ['Invocations'] : ['Invocations', 'Errors'];
      return [...points, ...counted.map((metric) => ofLambda(functionId(name), metric))];
    },
    /** The alarms that ring after such periods. */
    ringing: (periods: readonly (readonly Point[])[]): readonly string[] =>
      alarms.filter((alarm) => rings(alarm, periods)).map(({ id }) => id),
    stop: async () => {
      await edges.stop();
      await rm(folder, { recursive: true });
    },
  };
};
