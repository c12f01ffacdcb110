import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Bundle, bundleFunction, functionNames } from './build/bundle.ts';

const outdir = join(import.meta.dirname, 'dist');

const kib = (bytes: number): string => (bytes / 1024).toFixed(0);

const sizeLine = ({ file, bytes, parts }: Bundle): string => {
  const largest = parts.slice(0, 5).map(([name, part]) => `${name} ${kib(part)}`);
  return `${file.padEnd(28)}${kib(bytes).padStart(4)} KiB: ${largest.join(', ')}, …`;
};

await rm(outdir, { recursive: true, force: true });
const bundles = functionNames.map((name) =>
  bundleFunction(name, { outdir, credentials: 'environment' }),
);
for (const bundle of await Promise.all(bundles)) console.log(sizeLine(bundle));
