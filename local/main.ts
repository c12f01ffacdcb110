import { importCached } from './compile-cache.ts';

/** `npm start`: the whole stack on this machine, until a signal ends it. */

const { runUntilSignal } = await importCached(() => import('./run.ts'));

await runUntilSignal(process.env);
