import { inflateRawSync } from 'node:zlib';

const CENTRAL_ENTRY = 0x02014b50;
const END_RECORD_BYTES = 22;

/** The files of a small zip archive without comment (APPNOTE.TXT §4.3), by name. */
export const readZip = (zip: Buffer): ReadonlyMap<string, Buffer> => {
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(zip.length - END_RECORD_BYTES + 16);
  while (zip.readUInt32LE(at) === CENTRAL_ENTRY) {
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const nameEnd = at + 46 + zip.readUInt16LE(at + 28);
    const header = zip.readUInt32LE(at + 42);
    const start = header + 30 + zip.readUInt16LE(header + 26) + zip.readUInt16LE(header + 28);
    const packed = zip.subarray(start, start + size);
    files.set(
      zip.toString('utf8', at + 46, nameEnd),
      method === 0 ? packed : inflateRawSync(packed),
    );
    at = nameEnd + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return files;
};
