import * as fc from '../node_modules/fast-check/lib/cjs/fast-check.js';

/** Properties draw the same examples in every run, so that a red test is a change's fault; `SEED=7 npm test` draws others. */
fc.configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });

export * from '../node_modules/fast-check/lib/cjs/fast-check.js';
export { default } from '../node_modules/fast-check/lib/cjs/fast-check.js';
