import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import { beyondBounds } from './bounds';
import { ansible } from './contenders/ansible';
import type { Contender } from './contenders/contender';
import { edgeRamp } from './contenders/edge-ramp';
import { pasted } from './contenders/pasted';
import { openPlace, type Place } from './place';
import { report, slowRows } from './report';
import { withSlowTmsh } from './slow-tmsh';
import { turn, type Turn } from './turn';

/** `npm run bench`: the same work side by side, on hosts with real interfaces. */

const ROOT = join(__dirname, '..');
/** Seconds that AWS's own sample of a trivial Run Command step took. */
const TRIP = 2.6;

const interrupted = onInterrupt();
const { values } = parseArgs({
  options: {
    /** How often each contender has its turn as it is. */
    rounds: { type: 'string', default: '3' },
    /** How often with `TRIP` seconds given to each trip. */
    delayed: { type: 'string', default: '1' },
    /** Only what edge-ramp takes with a BIG-IP that answers slowly. */
    slow: { type: 'boolean', default: false },
    /** Puts the result into docs/BENCHMARK.md. */
    write: { type: 'boolean', default: false },
  },
});

async function main(): Promise<void> {
  const assembly = join(ROOT, 'cdk.out');
  if (values.slow) {
    process.stdout.write(`${slowRows(await withSlowTmsh(assembly)).join('\n')}\n`);
    return;
  }
  const [rounds, delayed] = [Number(values.rounds), Number(values.delayed)];
  if (!(rounds >= 1) || !(delayed >= 0))
    throw new Error('usage: npm run bench -- [--slow] [--rounds N] [--delayed N] [--write]');
  if (spawnSync('ansible-playbook', ['--version']).status !== 0)
    throw new Error('The benchmark needs Ansible: apt-get install ansible.');
  const [load] = loadavg() as [number];
  const place = await openPlace(assembly, (line) => process.stderr.write(`${line}\n`));
  try {
    const turns = [...(await series(place, 0, rounds)), ...(await series(place, TRIP, delayed))];
    const file = join(ROOT, 'docs/BENCHMARK.md');
    const circumstances = { machine: place.hosts.machine.what, load, trip: TRIP };
    const markdown = report(turns, contenders(place, 0), circumstances, await withSlowTmsh(assembly));
    const text = await format(markdown, { ...(await resolveConfig(file)), parser: 'markdown' });
    process.stdout.write(text);
    if (values.write) writeFileSync(file, text);
    const beyond = beyondBounds(turns, contenders(place, 0));
    if (beyond.length > 0) throw new Error(`beyond its bound: ${beyond.join('; ')}`);
  } finally {
    await place.close();
  }
}

const contenders = (place: Place, delay: number): readonly Contender[] => {
  const { hosts, spec, directory } = place;
  return [
    pasted({ hosts, spec, delay, signal: interrupted }),
    ansible({ hosts, spec, delay, signal: interrupted, directory: join(directory, 'ansible') }),
    edgeRamp({ lab: () => place.lab(), spec, signal: interrupted }),
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

/** Ctrl-C ends what is under way; then the place is closed. */
function onInterrupt(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => controller.abort(new Error(`Interrupted by ${signal}: nothing is left behind.`)));
  return controller.signal;
}

main().catch((error: Error) => {
  process.stderr.write(`${interrupted.aborted ? (interrupted.reason as Error).message : error.message}\n`);
  process.exitCode = interrupted.aborted ? 130 : 1;
});
