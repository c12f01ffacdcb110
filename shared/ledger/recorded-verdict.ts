import type { Refusal } from '../reply/verdict.ts';
import type { RecordedVerdict } from './block-record.ts';

/** An item of DynamoDB holds 400 KB: the record of a block, and a little more. */
const RECORD_BYTES = 380_000;

/** What a verdict takes at most in the record, without the upstream's words. */
const BARE_BYTES = 260;

/** The upstream's words may have any length. An event on the bus may not. In UTF-16 code units. */
const LONGEST_CODE = 100;
const LONGEST_MESSAGE = 1_000;

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/**
 * The beginning of a text that takes at most so many bytes in JSON. Half a surrogate pair is replaced: JSON readers may
 * refuse it.
 */
const cut = (text: string, mostUnits: number, mostBytes: number): string => {
  let kept = text.slice(0, mostUnits).toWellFormed();
  for (let bytes = bytesOf(kept); bytes > mostBytes; bytes = bytesOf(kept)) {
    const share = Math.floor((kept.length * mostBytes) / bytes);
    kept = kept.slice(0, share).toWellFormed();
  }
  return kept;
};

/** A refusal that takes at most so many bytes of JSON, without its names. */
export const cutRefusal = ({ code, message }: Refusal, room: number): Refusal => {
  const kept = cut(code, LONGEST_CODE, room);
  return { code: kept, message: cut(message, LONGEST_MESSAGE, room - bytesOf(kept)) };
};

/**
 * Makes a verdict fit the record of a block of so many jobs. Each job has room of its own there, so the upstream's words are
 * cut. The cut verdict is the verdict from then on: the record and every event say the same.
 */
export const recordedVerdict = (verdict: RecordedVerdict, jobs: number): RecordedVerdict => {
  if (verdict.error === undefined) return verdict;
  const room = Math.max(0, Math.floor(RECORD_BYTES / jobs) - BARE_BYTES);
  return { ...verdict, error: cutRefusal(verdict.error, room) };
};
