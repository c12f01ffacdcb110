import fc from 'fast-check';

/** A law is held against thousands of mutants: few cases, always the same, and the first that fails is enough. */
fc.configureGlobal({ numRuns: 50, seed: 1, endOnFailure: true });
