import { isObject, parseJson } from '../../shared/json/json.ts';
import { makeSender, type Target } from '../demo/send-sample.ts';
import type { Settings } from '../settings.ts';
import type { Reach } from './play-callers.ts';
import type { Answer } from './routes.ts';
import { offeredSamples } from './samples.ts';

/** Where samples go, but for the address of the stack: that is the one by which the page came. */
export type SampleParts = Omit<Target, 'url'> & { readonly settings: Settings };

/**
 * Sends the sample `{"file"}` as its sender would. A webhook is signed by the secret of its development caller; any other
 * request has the proof of the page. A refusal of the stack is the answer.
 */
export const playSample = async (
  text: string,
  { url, authorization }: Reach,
  { settings, ...target }: SampleParts,
): Promise<Answer> => {
  const parsed = parseJson(text);
  const file = parsed.ok && isObject(parsed.value) ? parsed.value.file : undefined;
  const sample = offeredSamples().find((one) => one.file === file);
  if (sample === undefined) return { status: 404, body: { message: 'There is no such sample.' } };
  const sender = makeSender({ ...target, url }, settings, authorization);
  try {
    const { way, status, intents, refusal } = await sender.send(sample);
    return refusal === undefined ? { status, body: { way, intents } } : { status, body: refusal };
  } finally {
    sender.stop();
  }
};
