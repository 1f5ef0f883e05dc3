import { isDeepStrictEqual } from 'node:util';
import { generated } from './generate';
import { judged } from './product';
import { recordedPlans, save, type Case, type Outcome } from './recorded';
import { replay } from './replay';
import assemble from '../assemble';

/*
 * POWERTOOLS_LOG_LEVEL=SILENT node --import tsx test/judge/record.ts, and one of
 * --words       the texts of changes are written as they are now; refuses when anything else differs
 * --outcomes    what the product makes of the recorded situations is written anew
 * --record      situations are generated anew, and all is written
 * --runs        the whole runs are carried out and written anew
 */
const [, , asked, ...more] = process.argv;
if (more.length > 0 || !['--words', '--outcomes', '--record', '--runs'].includes(asked ?? '')) {
  console.error(
    'The recording is the judge of a rebuilding and is not written in passing: --words, --outcomes, --record or --runs',
  );
  process.exit(64);
}

async function again(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const each of recordedPlans()) {
    const outcome = await judged(each, replay(each));
    if (asked === '--words' && !isDeepStrictEqual(wordless(outcome), wordless(each.outcome)))
      throw new Error(`${each.name}: more than the texts differs; run the test`);
    cases.push({ ...each, outcome });
  }
  return cases;
}

async function recordRuns(): Promise<void> {
  // The tests' support files close with jest; here the process ends.
  Object.assign(globalThis, { afterAll: () => undefined });
  const { LIVES, live } = await import('./runs.js');
  assemble();
  const stories = [];
  for (const each of LIVES) {
    const runs = await live(each);
    stories.push({ name: each.name, runs });
    console.log(`${each.name}: ${runs.map(({ end }) => end).join(', ')}`);
  }
  save('runs', stories);
}

function wordless({ plan, ...rest }: Outcome): unknown {
  if (plan === null) return rest;
  return { ...rest, plan: { ...plan, changes: plan.changes.map(([device, stage, , cuts]) => [device, stage, cuts]) } };
}

async function main(): Promise<void> {
  if (asked === '--runs') return recordRuns();
  const cases = asked === '--record' ? await generated() : await again();
  save('plans', cases);
  console.log(`${cases.length} cases`);
}

void main().then(() => process.exit());
