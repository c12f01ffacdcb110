import type { DatabaseSync } from 'node:sqlite';

/** After every character of a key. */
const LAST = '\u{10ffff}';

/** The keys of a ledger's file that begin so, sorted. The file is only read. Throws if that is not possible. */
export const listFileKeys = (file: string, prefix: string): readonly string[] => {
  const { DatabaseSync: Database } = process.getBuiltinModule('node:sqlite');
  const database: DatabaseSync = new Database(file, { readOnly: true, timeout: 5_000 });
  try {
    const rows = database
      .prepare('SELECT key FROM ledger WHERE key >= ? AND key < ? ORDER BY key')
      .all(prefix, prefix + LAST);
    return rows.map(({ key }) => String(key));
  } finally {
    database.close();
  }
};
