import { isDeepStrictEqual } from 'node:util';
import { generated } from './generate';
import { judged } from './product';
import { load, save, type Case, type Outcome } from './recorded';
import { replay } from './replay';

/*
 * POWERTOOLS_LOG_LEVEL=SILENT node --import tsx test/judge/record.ts, and one of
 * --words       the texts of changes are written as they are now; refuses when anything else differs
 * --outcomes    what the product makes of the recorded situations is written anew
 * --record      situations are generated anew, and all is written
 */
const [, , asked, ...more] = process.argv;
if (more.length > 0 || !['--words', '--outcomes', '--record'].includes(asked ?? '')) {
  console.error(
    'The recording is the judge of a rebuilding and is not written in passing: --words, --outcomes or --record',
  );
  process.exit(64);
}

async function again(): Promise<readonly Case[]> {
  const cases: Case[] = [];
  for (const each of load()) {
    const outcome = await judged(each, replay(each));
    if (asked === '--words' && !isDeepStrictEqual(wordless(outcome), wordless(each.outcome)))
      throw new Error(`${each.name}: more than the texts differs; run the test`);
    cases.push({ ...each, outcome });
  }
  return cases;
}

function wordless({ plan, ...rest }: Outcome): unknown {
  if (plan === null) return rest;
  return { ...rest, plan: { ...plan, changes: plan.changes.map(([device, stage, , cuts]) => [device, stage, cuts]) } };
}

async function main(): Promise<void> {
  const cases = asked === '--record' ? await generated() : await again();
  save(cases);
  console.log(`${cases.length} cases`);
}

void main();
