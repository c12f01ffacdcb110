import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, zstdDecompress } from 'node:zlib';

type Decode = (bytes: Buffer, bounds: { readonly maxOutputLength: number }) => Promise<Buffer>;

const unzip = promisify(gunzip);
const unwrap = promisify(inflate);
const unwrapRaw = promisify(inflateRaw);
const unbrotli = promisify(brotliDecompress);
const unzstd = promisify(zstdDecompress);

/** A zlib header (RFC 1950 §2.2). Some servers send `deflate` without it. */
const hasZlibHeader = ([first = 0, second = 0]: Uint8Array): boolean =>
  (first & 15) === 8 && ((first << 8) | second) % 31 === 0;

/** RFC 9110 §8.4.1 and RFC 8878. */
const CODINGS: ReadonlyMap<string, Decode> = new Map<string, Decode>([
  ['gzip', (bytes, bounds) => unzip(bytes, bounds)],
  ['x-gzip', (bytes, bounds) => unzip(bytes, bounds)],
  ['deflate', (bytes, bounds) => (hasZlibHeader(bytes) ? unwrap : unwrapRaw)(bytes, bounds)],
  ['br', (bytes, bounds) => unbrotli(bytes, bounds)],
  ['zstd', (bytes, bounds) => unzstd(bytes, bounds)],
]);

/** One is usual; each more costs time. */
const MOST_CODINGS = 3;

/** The codings of a `Content-Encoding` header, in the order in which they were applied. */
export const codingsIn = (header: string | readonly string[] | undefined): readonly string[] =>
  [header ?? []]
    .flat()
    .join(',')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name !== 'identity');

const isTooLarge = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';

/**
 * A body without its codings; undefined if one is not known, or if the bytes are not in it. Law: no step makes more than
 * `most` bytes, whatever the bytes say of themselves: then it rejects.
 */
export const decodeContent = async (
  bytes: Buffer,
  codings: readonly string[],
  most: number,
): Promise<Buffer | undefined> => {
  if (codings.length > MOST_CODINGS) return undefined;
  let decoded = bytes;
  for (const coding of codings.toReversed()) {
    const decode = CODINGS.get(coding);
    if (decode === undefined) return undefined;
    try {
      if (decoded.length > 0) decoded = await decode(decoded, { maxOutputLength: most });
    } catch (error) {
      if (isTooLarge(error)) throw new Error(`the reply is larger than ${most} bytes`);
      return undefined;
    }
  }
  return decoded;
};
