import { errorReply, gatewayError, type Reply } from './reply.ts';
import type { Settings } from './settings.ts';
import { FAULT_NAMES, type FaultName, type Service } from './vocabulary.ts';

/** How a call ends: with a reply, with none for as long as the client waits, or with the connection. */
export type Ending = Reply | 'hang' | 'reset';

interface Fault {
  readonly takesEffect: boolean;
  readonly end: (service: Service, settings: Settings, now: number) => Ending;
}

const retryAfter = (
  { retryAfterSeconds: seconds, retryAfterAs: form }: Settings,
  now: number,
): Readonly<Record<string, string>> => {
  if (seconds === null) return {};
  // A date has whole seconds: rounded up, so that no client comes too early.
  const date = new Date(Math.ceil(now / 1_000 + seconds) * 1_000);
  return { 'retry-after': form === 'date' ? date.toUTCString() : String(seconds) };
};

/** The throttling text and code are the gateway's own. Whether it sends `Retry-After` is not verified. */
export const throttled = (settings: Settings, now: number): Reply => {
  const reply = gatewayError(
    429,
    'APIGW.0308',
    'The throttling threshold has been reached: policy user over ratelimit,limit:100,time:1 minute',
  );
  return { ...reply, headers: { ...reply.headers, ...retryAfter(settings, now) } };
};

const serverError =
  (status: number) =>
  (service: Service): Reply =>
    service === 'drs'
      ? errorReply(status, 'DRS.M00004', 'Service error.')
      : errorReply(status, status === 400 ? 'DLI.0999' : 'DLI.10001', 'Internal server error.');

/** What each fault does. Codes and statuses are the vendor's, save DRS.M00004 under 400, which is ours. */
export const FAULTS: Readonly<Record<FaultName, Fault>> = {
  hangBeforeEffect: { takesEffect: false, end: () => 'hang' },
  hangAfterEffect: { takesEffect: true, end: () => 'hang' },
  reset: { takesEffect: true, end: () => 'reset' },
  throttle: {
    takesEffect: false,
    end: (_, settings, now) => throttled(settings, now),
  },
  throttleAs400: {
    takesEffect: false,
    end: (service) =>
      service === 'drs'
        ? errorReply(400, 'DRS.M01503', 'The operation is too frequent. Try again later.')
        : errorReply(400, 'DLI.0012', 'The resource is unavailable.'),
  },
  error500: { takesEffect: false, end: serverError(500) },
  error500AfterEffect: { takesEffect: true, end: serverError(500) },
  serverErrorAs400: { takesEffect: false, end: serverError(400) },
  unauthorized: {
    takesEffect: false,
    end: () => gatewayError(401, 'APIGW.0301', 'Incorrect IAM authentication information'),
  },
};

/** At most one fault for one call. Nothing is drawn while no rate is set, so that the sequence stays reproducible. */
export const drawFault = (
  rates: Settings['faults'],
  random: () => number,
): FaultName | undefined => {
  const likely = FAULT_NAMES.filter((name) => (rates[name] ?? 0) > 0);
  if (likely.length === 0) return undefined;
  let left = random();
  return likely.find((name) => {
    left -= rates[name] ?? 0;
    return left < 0;
  });
};
