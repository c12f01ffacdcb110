import { readSamples, type Sample } from '../demo/samples.ts';

/** A sample of `events/`, as the page offers it. */
export interface SampleChoice {
  readonly file: string;
  readonly way: string;
}

const wayOf = (sample: Sample): string => {
  switch (sample.way) {
    case 'http':
      return `POST ${sample.event.rawPath}`;
    case 'bus':
      return 'an event through a rule of the bus';
    default:
      return 'an invocation of accept-event';
  }
};

/** The samples that come in by a way in. The message of `control-jobs` is none: it is of a day long past. */
export const offeredSamples = (): readonly Sample[] =>
  readSamples().filter(({ way }) => way !== 'queue');

/** What the page tells of them. */
export const sampleChoices = (): readonly SampleChoice[] =>
  offeredSamples().map((sample) => ({ file: sample.file, way: wayOf(sample) }));
