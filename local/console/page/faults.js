/** The switches of the simulator: what each does, and which promise it tries. */

const DLI = ['dli.run', 'dli.stop', 'dli.delete'];
const DRS = ['drs.start', 'drs.stop', 'drs.retry', 'drs.delete'];
const each = (names, settings) => Object.fromEntries(names.map((name) => [name, settings]));

/** Ids that the simulator can be told not to know. "Send 50 jobs" adds those that are in force. */
export const BAD_ID = '66600000000';
export const HALF_BAD = Array.from({ length: 25 }, (_, i) => String(66600000001 + i));

const isAll = (behaviour, name, value) => behaviour['*']?.[name] === value;

/** One-shot faults. They hit the next call, and are over then. */
export const ONCE = [
  {
    fault: 'reset',
    name: 'Kill the next reply',
    text: 'The next call is served, and its connection is reset before the reply. Whether it was served cannot be known from outside.',
    promise: 'P4: nothing is sent blindly. The job is looked at first.',
  },
  {
    fault: 'error500AfterEffect',
    name: 'Answer the next call 500, though served',
    text: 'The next call takes effect, and the answer says that the server failed.',
    promise: 'P4: the verdict rests on a look, not on the answer.',
  },
  {
    fault: 'throttle',
    name: 'Throttle the next call',
    text: 'The gateway answers 429, and nothing is done.',
    promise: 'P1: nothing is lost. The call is repeated after a cool-down.',
  },
];

export const SWITCHES = [
  {
    name: 'Outage',
    text: 'Everything is answered 503 without a body, looks too. Calls stop for a cool-down, and one probe ends it. A run that may have been served is looked at for up to two minutes before it is sent again.',
    promise: 'P1: nothing is lost.',
    on: { '*': { down: true } },
    off: { '*': { down: false } },
    isOn: (b) => isAll(b, 'down', true),
  },
  {
    name: 'Throttle',
    text: 'A project may make one call in a second of each service. Above that the gateway answers 429.',
    promise: 'P6: fewest calls. The loop slows down to the pace of the upstream.',
    on: { '*': { callsPerSecond: 1, retryAfterSeconds: 1 } },
    off: { '*': { callsPerSecond: null, retryAfterSeconds: null } },
    isOn: (b) => isAll(b, 'callsPerSecond', 1),
  },
  {
    name: 'One bad id',
    text: `Job ${BAD_ID} does not exist, and a call that names it is refused as a whole.`,
    promise: 'P7: one bad id hurts only itself.',
    on: { '*': { badIds: [BAD_ID], refuseWhole: true } },
    off: { '*': { badIds: [], refuseWhole: false } },
    isOn: (b) => b['*']?.badIds?.length === 1,
  },
  {
    name: 'Half bad',
    text: '25 ids do not exist, and a call that names one is refused as a whole.',
    promise: 'P7, at its worst.',
    on: { '*': { badIds: HALF_BAD, refuseWhole: true } },
    off: { '*': { badIds: [], refuseWhole: false } },
    isOn: (b) => b['*']?.badIds?.length === 25,
  },
  {
    name: 'Refused key',
    text: 'The gateway answers 401 to every call. The credential is not used for a minute, so that it is not locked.',
    promise: 'P1: nothing is lost. The wishes wait for a key that works.',
    on: { '*': { faults: { unauthorized: 1 } } },
    off: { '*': { faults: {} } },
    isOn: (b) => b['*']?.faults?.unauthorized === 1,
  },
  {
    name: 'Slow',
    text: 'Each answer is held back for three seconds.',
    promise: 'P2: one verdict, however late.',
    on: { '*': { latencyMs: 3000 } },
    off: { '*': { latencyMs: 0 } },
    isOn: (b) => isAll(b, 'latencyMs', 3000),
  },
  {
    name: 'Irregular shapes',
    text: 'DLI answers with one row for the whole call. DRS answers in another order, under another name.',
    promise: 'P2: absence is never success. A reply is matched, or the job is looked at.',
    on: { ...each(DLI, { shape: 'one-element' }), ...each(DRS, { shape: 'shuffled' }) },
    off: { ...each(DLI, { shape: 'per-job' }), ...each(DRS, { shape: 'results' }) },
    isOn: (b) => b['dli.run']?.shape === 'one-element',
  },
  {
    name: 'A job that never starts',
    text: 'The upstream says yes at once, and the effect comes a day later.',
    promise:
      '“Delivered” says that the upstream took the request. It does not say that the job runs.',
    on: { '*': { effectLagMs: 86400000 } },
    off: { '*': { effectLagMs: 0 } },
    isOn: (b) => (b['*']?.effectLagMs ?? 0) > 0,
  },
  {
    name: 'Three calls in ten fail',
    text: 'One in ten is throttled, one gets a server error, one loses its reply. The seed says which.',
    promise: 'All of them at once. The same seed draws the same faults.',
    on: { '*': { faults: { throttle: 0.1, error500: 0.1, reset: 0.1 } } },
    off: { '*': { faults: {} } },
    isOn: (b) => b['*']?.faults?.reset === 0.1,
  },
];
