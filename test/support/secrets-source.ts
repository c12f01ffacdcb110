import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSecretsManagerSource } from '../../shared/edge/secrets-aws.ts';
import { makeFileSource } from '../../shared/edge/secrets-file.ts';
import { troubled } from './faulty-secret.ts';
import { secretsManagerThat } from './secrets-clients.ts';
import type { Kept } from './secrets-kept.ts';

export type Source = 'aws' | 'file' | 'bare';

/** What the secret says in this invocation. */
const saysOf = ({ ahead, injected, projects }: Kept): string | Error => {
  if (ahead.secret === 'none') return JSON.stringify({ projects });
  injected.push(`secret: ${ahead.secret}`);
  return troubled(ahead.secret, projects);
};

/** Where the credentials come from, and how to clear it away. */
export const openSource = (kept: Kept, kind: Source) => {
  const say = (): string => {
    const says = saysOf(kept);
    if (says instanceof Error) throw says;
    return says;
  };
  const folder = kind === 'file' ? mkdtempSync(join(tmpdir(), 'secrets-room-')) : '';
  const sources: Record<Source, () => Promise<string>> = {
    aws: makeSecretsManagerSource(secretsManagerThat(say), 'upstream'),
    file: async () => {
      const says = saysOf(kept);
      const file = join(folder, says instanceof Error ? 'none' : 'secrets.json');
      if (!(says instanceof Error)) writeFileSync(file, says);
      return makeFileSource(file)();
    },
    bare: async () => say(),
  };
  return {
    fetch: sources[kind],
    stop: () => folder && rmSync(folder, { recursive: true }),
  };
};
