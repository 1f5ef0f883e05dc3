import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ansible } from './contenders/ansible';
import type { Contender } from './contenders/contender';
import { edgeRamp } from './contenders/edge-ramp';
import { pasted } from './contenders/pasted';
import { openPlace, type Place } from './place';
import { formatted, report } from './report';
import { turn, type Turn } from './turn';

/** `npm run bench`: the same work side by side, on hosts with real interfaces. */

const ROOT = join(__dirname, '../..');
/** Seconds that AWS's own sample of a trivial Run Command step took. */
const TRIP = 2.6;

const { values } = parseArgs({
  options: {
    /** How often each contender has its turn as it is. */
    rounds: { type: 'string', default: '3' },
    /** How often with `TRIP` seconds given to each trip. */
    delayed: { type: 'string', default: '1' },
    /** Puts the result into docs/BENCHMARK.md. */
    write: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const [rounds, delayed] = [Number(values.rounds), Number(values.delayed)];
  if (!(rounds >= 1) || !(delayed >= 0))
    throw new Error('usage: npm run bench -- [--rounds N] [--delayed N] [--write]');
  if (spawnSync('ansible-playbook', ['--version']).status !== 0)
    throw new Error('The benchmark needs Ansible: apt-get install ansible.');
  let machine = '';
  const place = await openPlace(join(ROOT, 'cdk.out'), (line) => process.stderr.write(`${(machine = line)}\n`));
  const over = closing(place);
  try {
    const turns = [...(await series(place, 0, rounds)), ...(await series(place, TRIP, delayed))];
    const text = await formatted(report(turns, contenders(place, 0), { machine, trip: TRIP }));
    process.stdout.write(text);
    if (values.write) writeFileSync(join(ROOT, 'docs/BENCHMARK.md'), text);
  } finally {
    await over();
  }
}

const contenders = (place: Place, delay: number): readonly Contender[] => {
  const { hosts, spec, directory } = place;
  return [
    pasted({ hosts, spec, delay }),
    ansible({ hosts, spec, delay, directory: join(directory, 'ansible') }),
    edgeRamp({ lab: () => place.lab(), spec }),
  ];
};

/** Every contender in each round; who begins changes from round to round. */
async function series(place: Place, delay: number, rounds: number): Promise<readonly Turn[]> {
  if (rounds === 0) return [];
  await place.delay(delay);
  const all = contenders(place, delay);
  const turns: Turn[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const contender of all.map((_, i) => all[(i + round) % all.length]!)) {
      turns.push(await turn(place, contender, delay));
      const told = turns.at(-1)!.measured.map(({ action, seconds }) => `${action} ${seconds.toFixed(1)} s`);
      process.stderr.write(`${contender.name}${delay > 0 ? `, ${delay} s a trip` : ''}: ${told.join(', ')}\n`);
    }
  }
  return turns;
}

/** Nothing is left behind, after Ctrl-C neither. */
function closing(place: Place): () => Promise<void> {
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => (closed ??= place.close());
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => void close().finally(() => process.exit(130)));
  return close;
}

main().catch((error: Error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
