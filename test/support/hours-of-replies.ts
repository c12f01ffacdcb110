import type { Result } from '../../shared/intent/result.ts';
import type { UpstreamRequest } from '../../shared/operations/operation.ts';
import type { Reply } from '../../shared/reply/reply.ts';
import { type ControlRoomOptions, message, startControlRoom } from './control-room.ts';
import { memoryLedger } from './memory-ledger.ts';
import { NOW, type Wish } from './messages.ts';
import { replied } from './replies.ts';

const SECOND = 1_000;

export const HOUR = 3_600 * SECOND;

const AT = Date.parse(NOW);

export const typed = (contentType: string, status: number, body: unknown): Reply =>
  replied(status, body, { contentType });

export const NGINX = typed('text/html', 404, '<html><h1>404 Not Found</h1><hr>nginx</html>');

export const isLook = ({ method }: UpstreamRequest): boolean => method === 'GET';

const wordsOf = ({ job_id, outcome, error }: Result): string =>
  [job_id, outcome, error?.code, error?.message].filter(Boolean).join(' | ');

/** Messages that come back as the queue gives them again, each when its pause is over, for so long. */
export const play = async (
  wishes: Readonly<Record<string, Wish>>,
  lastsMs: number,
  options: ControlRoomOptions,
) => {
  const world = { at: AT };
  const room = startControlRoom({ ledger: memoryLedger(), ...options, now: () => world.at });
  const due = new Map(Object.keys(wishes).map((id) => [id, AT]));
  let receives = 0;
  while (due.size > 0 && world.at <= AT + lastsMs) {
    world.at = Math.max(world.at, Math.min(...due.values()));
    const batch = [...due].filter(([, at]) => at <= world.at).map(([id]) => id);
    receives++;
    const staying = await room.run(batch.map((id) => message(id, wishes[id] ?? {}, 1)));
    for (const id of batch) due.delete(id);
    for (const id of staying) due.set(id, world.at + SECOND * (room.postponed.get(id) ?? 1));
  }
  return { ...room, receives, told: room.results.map(wordsOf).toSorted() };
};

export const openings = (lines: Awaited<ReturnType<typeof play>>['lines']) =>
  lines.filter(({ event }) => event === 'circuit breaker open').map(({ fields }) => fields);

export const expires_at = new Date(AT + 6 * HOUR).toISOString();
