import type { Received } from '../../shared/control/received.ts';
import { message } from './control-room.ts';
import { bodyOf, type Wish } from './messages.ts';

export const KEY = 'ab'.repeat(16);

/** Fields of messages that a plain wish has not. */
interface More {
  readonly key?: string;
  readonly first?: number;
  readonly sentAt?: number;
  readonly event_id?: string;
  readonly after_name?: string;
  readonly sequence?: string;
}

export const given = (
  id: string,
  wish: Wish,
  { sentAt, ...more }: More = {},
  receives = 1,
): Received => ({
  ...message(id, JSON.stringify({ ...JSON.parse(bodyOf(wish)), first: 0, ...more }), receives),
  sentAt,
});

export const STOP: Wish = { operation: 'dli.stop', options: { trigger_savepoint: true } };
