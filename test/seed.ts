import { configureGlobal } from 'fast-check';

/** Properties draw the same examples in every run, so that a red test is a change's fault; `SEED=7 npm test` draws others. */
configureGlobal({ seed: Number(process.env['SEED'] ?? 1) });
