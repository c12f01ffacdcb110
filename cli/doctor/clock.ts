import { spanOf } from '../text/times.ts';
import { bad, type Finding, ok, warning } from './check.ts';

/** AWS refuses a signature that is five minutes off. The vendor takes fifteen. */
const MOST_SKEW_MS = 5 * 60_000;

/** The `Date` of an answer counts whole seconds, and the answer takes its time. */
const WORTH_A_WORD_MS = 30_000;

const SET_CLOCK = 'set the clock of this machine by NTP, for example: timedatectl set-ntp true';

/** How far this machine's clock is from a server's. `date`: the header of its answer. */
export const clockFinding = (date: string | null, now: number): Finding => {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(at)) return warning('the server tells no time', SET_CLOCK);
  const skew = Math.abs(now - at);
  const says = `${spanOf(skew)} ${now < at ? 'behind' : 'ahead of'} the server's`;
  if (skew > MOST_SKEW_MS) return bad(`${says}: signatures are refused`, SET_CLOCK);
  return skew > WORTH_A_WORD_MS ? warning(says, SET_CLOCK) : ok('as the server has it');
};
