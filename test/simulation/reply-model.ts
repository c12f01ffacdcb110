import type { Unread } from '../../shared/reply/reply.ts';
import type { Said, Trouble } from './chronicle.ts';
import type { FaultName } from './climate.ts';
import { isWall, PAGES } from './walls.ts';

/** A reply, and what it says of each job. */
export interface Answer {
  readonly reply: Unread;
  readonly said: readonly Said[];
}

export interface Row {
  readonly id: string;
  readonly trouble: Trouble | undefined;
}

export const SILENCE: Unread = { kind: 'silent', reason: 'nobody answered' };

export const replied = (status: number, body: unknown, retryAfter?: number): Unread => ({
  kind: 'replied',
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
  ...(retryAfter !== undefined && { retryAfter }),
});

const errorOf = (code: string) => ({ error_code: code, error_msg: 'words' });

const CODES = {
  dli: { missing: 'DLI.0002', 'wrong state': 'DLI.0007', busy: 'DLI.0012', denied: 'DLI.0015' },
  drs: {
    missing: 'DRS.M05003',
    'wrong state': 'DRS.M00304',
    busy: 'DRS.M01504',
    denied: 'DRS.M00261',
  },
} as const;

export type ServiceName = keyof typeof CODES;

const element = ({ trouble }: Row, asBoolean = false) => ({
  is_success: asBoolean ? trouble === undefined : String(trouble === undefined),
  message: 'words',
});

const saidOf = (rows: readonly Row[]): readonly Said[] =>
  rows.map(({ trouble }) =>
    trouble === undefined ? 'yes' : trouble === 'busy' ? 'unserved' : 'no',
  );

const all = (rows: readonly Row[], said: Said): readonly Said[] => rows.map(() => said);

const summaryOf = (rows: readonly Row[]) =>
  element(rows.find(({ trouble }) => trouble !== undefined) ?? { id: '', trouble: undefined });

/** One `false` for several says nothing of any of them: some may have been served. */
const summed = (rows: readonly Row[]): readonly Said[] => {
  if (rows.every(({ trouble }) => trouble === undefined)) return all(rows, 'yes');
  return all(rows, rows.length > 1 ? 'nothing' : 'no');
};

const dliAnswer = (rows: readonly Row[], shape: string): Answer => {
  const each = rows.map((row) => element(row));
  switch (shape) {
    case 'one-element':
      return { reply: replied(200, [summaryOf(rows)]), said: summed(rows) };
    case 'bare-object':
      return { reply: replied(200, summaryOf(rows)), said: summed(rows) };
    case 'boolean':
      return {
        reply: replied(
          200,
          rows.map((row) => element(row, true)),
        ),
        said: saidOf(rows),
      };
    case 'error-array': {
      const isGood = rows.every(({ trouble }) => trouble === undefined);
      const body = rows.map((row) =>
        row.trouble === undefined ? element(row) : errorOf(CODES.dli[row.trouble]),
      );
      return { reply: replied(isGood ? 200 : 400, body), said: saidOf(rows) };
    }
    default:
      return { reply: replied(200, each), said: saidOf(rows) };
  }
};

const drsRow = ({ id, trouble }: Row) =>
  trouble === undefined
    ? { id, status: 'success' }
    : { id, status: 'failed', ...errorOf(CODES.drs[trouble]) };

const drsAnswer = (rows: readonly Row[], shape: string): Answer => {
  const list = rows.map(drsRow);
  const said = saidOf(rows);
  switch (shape) {
    case 'results':
      return { reply: replied(202, { results: list, count: list.length }), said };
    case 'both':
      return { reply: replied(202, { results: list, jobs: list }), said };
    case 'status-200':
      return { reply: replied(200, { jobs: list }), said };
    case 'shuffled':
      return { reply: replied(202, { jobs: list.toReversed() }), said };
    case 'code-alone': {
      // A failure without a status, which is optional in every model of the vendor's.
      const bare = rows.map(({ id, trouble }) =>
        trouble === undefined ? drsRow({ id, trouble }) : { id, ...errorOf(CODES.drs[trouble]) },
      );
      const isGood = rows.every(({ trouble }) => trouble === undefined);
      return { reply: replied(isGood ? 202 : 400, { results: bare, count: bare.length }), said };
    }
    default:
      return { reply: replied(202, { jobs: list, count: list.length }), said };
  }
};

/** The reply to a call that was served job by job. */
export const answerFor = (service: ServiceName, rows: readonly Row[], shape: string): Answer =>
  service === 'dli' ? dliAnswer(rows, shape) : drsAnswer(rows, shape);

/** The refusal of a whole call for one job's trouble: nothing was done. */
export const refusalFor = (service: ServiceName, rows: readonly Row[]): Answer => {
  const trouble = rows.find((row) => row.trouble !== undefined)?.trouble ?? 'missing';
  const said = all(rows, 'no');
  return service === 'dli'
    ? { reply: replied(400, [errorOf('DLI.0001')]), said }
    : { reply: replied(400, errorOf(CODES.drs[trouble])), said };
};

/** Faults of a reply that was to be a good one; its effect has taken place. Those that do not fit the service are passed over. */
export const spoil = (
  service: ServiceName,
  rows: readonly Row[],
  answer: Answer,
  fault: FaultName,
): Answer | undefined => {
  const nothing = all(rows, 'nothing');
  switch (fault) {
    case 'html':
      return { reply: replied(200, '<html><body>Welcome</body></html>'), said: nothing };
    case 'empty':
      return { reply: replied(200, ''), said: nothing };
    case 'short':
    case 'long': {
      if (service === 'drs') return undefined;
      const each = rows.map((row) => element(row));
      const body =
        fault === 'long' ? [...each, element({ id: '', trouble: undefined })] : each.slice(0, -1);
      // One row for several jobs speaks for all of them, and two jobs cut short are a summary that may be wrong.
      return body.length === 1 ? undefined : { reply: replied(200, body), said: nothing };
    }
    case 'row missing':
      if (service === 'dli') return undefined;
      return {
        reply: replied(202, { jobs: rows.slice(1).map(drsRow) }),
        said: answer.said.map((said, i) => (i === 0 ? 'nothing' : said)),
      };
    case 'rows at odds': {
      if (service === 'dli') return undefined;
      const odd = rows.map(({ id, trouble }) =>
        drsRow({ id, trouble: trouble === undefined ? 'missing' : undefined }),
      );
      return { reply: replied(202, { jobs: rows.map(drsRow), results: odd }), said: nothing };
    }
    default:
      return undefined;
  }
};

/** Faults in place of any answer. */
export const failureFor = (
  service: ServiceName,
  fault: FaultName | undefined,
): { reply: Unread; said: Said } => {
  const isDli = service === 'dli';
  if (isWall(fault))
    return { reply: PAGES[fault], said: fault === 'page 502' ? 'nothing' : 'unserved' };
  switch (fault) {
    case 'throttle':
      return { reply: replied(429, errorOf('APIGW.0308'), 3), said: 'unserved' };
    case 'throttle as 400':
      return isDli
        ? { reply: replied(400, errorOf('DLI.0012')), said: 'nothing' }
        : { reply: replied(400, errorOf('DRS.M01503')), said: 'unserved' };
    case 'unauthorized':
      return { reply: replied(401, errorOf('APIGW.0301')), said: 'unserved' };
    case 'error 500':
    case 'error 500 after effect':
    case 'error 500, then effect':
      return { reply: replied(500, errorOf(isDli ? 'DLI.10001' : 'DRS.M00004')), said: 'nothing' };
    case 'server error as 400':
      return { reply: replied(400, errorOf(isDli ? 'DLI.0999' : 'DRS.M00004')), said: 'nothing' };
    default:
      return { reply: SILENCE, said: 'nothing' };
  }
};
