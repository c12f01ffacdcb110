import type { Refusal } from '../reply/verdict.ts';
import type { RecordedVerdict } from './block-record.ts';

/** DynamoDB's items hold 400 KB: the record of a block is its body and a little. */
const RECORD_BYTES = 380_000;

/** What a verdict takes in the record at the most, without the upstream's words. */
const BARE_BYTES = 260;

/** An upstream's words are as long as it likes; an event on the bus is not. In UTF-16 code units. */
const LONGEST_CODE = 100;
const LONGEST_MESSAGE = 1_000;

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) - 2;

/** The beginning of a text that takes no more bytes in JSON. A cut may halve a surrogate pair, which JSON readers may refuse. */
const cut = (text: string, mostUnits: number, mostBytes: number): string => {
  let kept = text.slice(0, mostUnits).toWellFormed();
  for (let bytes = bytesOf(kept); bytes > mostBytes; bytes = bytesOf(kept)) {
    const share = Math.floor((kept.length * mostBytes) / bytes);
    kept = kept.slice(0, share).toWellFormed();
  }
  return kept;
};

const cutRefusal = ({ code, message }: Refusal, room: number): Refusal => {
  const kept = cut(code, LONGEST_CODE, room);
  return { code: kept, message: cut(message, LONGEST_MESSAGE, room - bytesOf(kept)) };
};

/**
 * Makes a verdict fit for the record of a block of so many jobs, each of which has room of its own in it: the upstream's
 * words are cut. It is the verdict from then on, so that the record and every event say the same.
 */
export const recordedVerdict = (verdict: RecordedVerdict, jobs: number): RecordedVerdict => {
  if (verdict.error === undefined) return verdict;
  const room = Math.max(0, Math.floor(RECORD_BYTES / jobs) - BARE_BYTES);
  return { ...verdict, error: cutRefusal(verdict.error, room) };
};
