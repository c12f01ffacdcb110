import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { sourcesIn } from './support/sources.ts';

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');

const page = read('docs/runbook.md');

/** Each section by its name. */
const sections = new Map(
  page
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), text] as const),
);

const alarms = [...read('template/alarms.yml').matchAll(/^ {2}(\w+)Alarm:$/gm)].map(
  ([, name = '']) => name,
);

/** The lines of text logs. The functions log in JSON, where a report has these as fields. */
const OF_TEXT_LOGS = /Task timed out|REPORT RequestId|Memory Size:/;

describe('the runbook', () => {
  it('searches JSON logs for Lambda’s own reports, by their fields', () => {
    expect(read('serverless.yml')).toContain('logFormat: JSON');
    expect(page).not.toMatch(OF_TEXT_LOGS);
    for (const [, name] of page.matchAll(/^cut_short ([\w-]+)$/gm))
      expect(name).toMatch(/^(accept-http|accept-event|control-jobs)$/);
    expect([...page.matchAll(/^cut_short /gm)].length).toBeGreaterThan(1);
  });

  it('has a section for each alarm, by its name, and no other', () => {
    expect(alarms.length).toBeGreaterThan(15);
    expect([...sections.keys()].toSorted()).toEqual(alarms.toSorted());
  });

  it.each(alarms)(
    '%s: says what it means, whom it hurts, how to find out, and what to do',
    (name) => {
      const parts = [...(sections.get(name) ?? '').matchAll(/^\*\*(\w+)\.\*\*/gm)];
      expect(parts.map(([, part]) => part)).toEqual([
        'Meaning',
        'Impact',
        'Diagnosis',
        'Mitigation',
      ]);
    },
  );

  it('asks for outputs that the stack has', () => {
    const outputs = [...read('template/outputs.yml').matchAll(/^ {2}(\w+):$/gm)];
    const names = new Set(outputs.map(([, name]) => name));
    const asked = [...page.matchAll(/\$\(output (\w+)\)/g)].map(([, name]) => name);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !names.has(name))).toEqual([]);
  });

  it('searches the logs for what the functions write', () => {
    const written = sourcesIn('shared').map(({ text }) => text);
    const ofLambda = ['Error'];
    const searched = [...page.matchAll(/^lines ([\w-]+) '([^']+)'$/gm)];
    expect(searched.length).toBeGreaterThan(10);
    for (const [, name, text = ''] of searched) {
      expect(name).toMatch(/^(accept-http|accept-event|control-jobs)$/);
      expect(ofLambda.includes(text) || written.some((one) => one.includes(text)), text).toBe(true);
    }
  });
});
