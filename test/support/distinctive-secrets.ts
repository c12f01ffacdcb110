import { createHash } from 'node:crypto';

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** What spellings differ in. */
const SPECIAL = '+/="\\&<>%\'!#~';

/** The same text for the same name, found nowhere else however a failing case is shrunk. */
const lettersOf = (name: string, length: number, alphabet = ALPHANUMERIC): string =>
  [...createHash('sha512').update(name).digest()]
    .slice(0, length)
    .map((byte) => alphabet[byte % alphabet.length])
    .join('');

/** A secret as vendors make them, and one that every escape spells differently. */
const wordOf = (name: string, length: number): string =>
  `${lettersOf(`${name} a`, length)}${lettersOf(`${name} b`, 4, SPECIAL)}${lettersOf(`${name} c`, 14)}`;

const hardWordOf = (name: string): string =>
  Array.from(
    { length: 4 },
    (_, i) => lettersOf(`${name} ${i}`, 4) + lettersOf(`${name} ${i}`, 2, SPECIAL),
  ).join('');

export const pairOf = (name: string, isHard: boolean) => ({
  ak: lettersOf(`${name} ak`, 20),
  sk: isHard ? hardWordOf(`${name} sk`) : wordOf(`${name} sk`, 40),
});

export const temporaryOf = (name: string, isHard: boolean) => ({
  ...pairOf(name, isHard),
  security_token: wordOf(`${name} sts`, 60),
});

export const userOf = (name: string, isHard: boolean) => ({
  user: 'fan-in',
  password: isHard ? `${hardWordOf(`${name} password`)} ü` : lettersOf(`${name} password`, 16),
  domain: 'OTC-1',
});

/** What IAM issues. */
export const tokenOf = (name: string): string => `MII${wordOf(`${name} token`, 60)}`;

export const awsKeysOf = (name: string) => ({
  id: `AKIA${lettersOf(`${name} id`, 16)}`,
  token: `${lettersOf(`${name} session`, 60)}+/${lettersOf(`${name} end`, 14)}==`,
  signature: createHash('sha256').update(`${name} aws`).digest('hex'),
});
