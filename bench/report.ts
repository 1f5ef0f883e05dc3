import { cpus } from 'node:os';
import type { Contender } from './contenders/contender';
import { DOLLARS_OF_WATCH, dollarsOfRun } from './prices';
import { MOST, type Slow } from './slow-tmsh';
import { ACTIONS, RATE, type Action, type Measured, type Turn } from './turn';

/** Whose median is 1 in every ratio. */
export const REFERENCE = 'edge-ramp';
const WORDS: Readonly<Record<Action, string>> = {
  apply: 'fresh apply',
  reapply: 'unchanged re-apply',
  repair: 'one drifted node: its flows are lost',
  teardown: 'teardown',
};

/** Said of all contenders. */
const UNFAIR = (trip: number): readonly string[] => [
  'tmsh is a model that answers at once, but where it is told to be slow. On a BIG-IP each tmsh is a process, and changes take their time: how long is not known here',
  `a guest without KVM is emulated: a command on the node takes 40 to 100 ms instead of a few, which is hardest on whoever needs many`,
  `${RATE} pings a second run in the guest during re-apply and repair, and cost everybody the same share of its processor`,
  `${trip} s is what AWS's own sample of a trivial Run Command step took; for the others it stands for a person who finds the next line, or for ssh over a network with its log-in. For ${REFERENCE} it comes on top of what the lab's Run Command takes anyway`,
  'pings that prove the tunnel are part of each way as it is: 5, one a second, where lines are pasted, 3 in the playbook',
];

/** Of several runs: the middle one, of an even number the mean of both. @returns NaN of none */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** Under which it was measured. */
export interface Circumstances {
  /** Which it was, for one line. */
  readonly machine: string;
  /** Processes that wanted a processor in the minute before it began. */
  readonly load: number;
  /** Seconds given to each trip. */
  readonly trip: number;
}

/** The result as Markdown. */
export function report(
  turns: readonly Turn[],
  contenders: readonly Contender[],
  { machine, load, trip }: Circumstances,
  slow: readonly Slow[],
): string {
  const all = turns.flatMap(({ measured }) => measured);
  const names = contenders.map(({ name }) => name);
  const alone = contenders.flatMap((contender) => contender.alone?.name ?? []);
  const rounds = (delay: number): number =>
    all.filter((each) => each.action === 'apply' && each.contender === REFERENCE && each.delay === delay).length;
  const sum = (what: 'sent' | 'lost'): number => turns.reduce((total, { control }) => total + control[what], 0);
  const delayed = `s, ${trip} s a trip`;
  const columns = [
    's',
    '×',
    'lost',
    'silence',
    delayed,
    '×',
    'lost',
    'trips',
    'writes',
    'state transitions',
    '$ a run',
  ];
  return [
    '# Benchmark',
    '',
    'Three ways to the same tunnel, with one BIG-IP and one ramp node (`edge-a`), one after the other on the same site with real interfaces.',
    '`npm run bench` measures it, `npm run bench -- --write` writes this file.',
    '',
    `On ${machine}; ${cpus().length} processors, on which ${load.toFixed(1)} processes of others ran before it began. Medians of ${rounds(0)} runs, the slowest`,
    `of which took ${slowest(all).toFixed(1)} times its median, and of ${rounds(trip)} with ${trip} s given to each trip to a device. × is the ratio to ${REFERENCE}: 2 takes twice as long. Writes are counted on the devices.`,
    `Lost are pings, ${RATE} a second, from BIG-IP to a Pod of another node, from the drift or the start of the action to its end; silence is`,
    `the longest time without an answer, in seconds. Before the apply and after the teardown there is no traffic that could be lost.`,
    `While nobody did anything ${sum('lost')} of ${sum('sent')} were lost.`,
    'The benchmark fails where the keeper alone loses more than a fifth of what the best of the others loses, or where a repair with slow trips',
    'is slower than theirs.',
    '',
    row(['', '', ...columns]),
    row([':--', ':--', ...columns.map(() => '--:')]),
    ...ACTIONS.flatMap((action) =>
      [...names, ...(action === 'repair' ? alone : [])].map((name) => row(cells(all, action, name, trip))),
    ),
    '',
    `The watch of one tunnel costs $${DOLLARS_OF_WATCH.toFixed(3)} a month, without a state transition ([ADR 0017](adr/0017-the-watch.md)).`,
    "A run's functions cost less than a tenth of its transitions.",
    '',
    '## A BIG-IP that answers slowly',
    '',
    'What edge-ramp takes where each call of tmsh takes a second: it asks four things at once, and lists all virtual servers by one command.',
    `On simulated hosts, in real time; \`npm run bench -- --slow\` measures it alone, and fails where a look takes more than ${MOST.look} s or the apply more than ${MOST.apply}.`,
    '',
    ...slowRows(slow),
    '',
    '## What teardown leaves',
    '',
    ...names.map((name) => `- ${name}: ${leftBy(turns, name)}`),
    '',
    '## What is unfair',
    '',
    ...UNFAIR(trip).map((each) => `- ${each}.`),
    ...contenders.flatMap(({ name, notes }) => notes.map((note) => `- ${name}: ${note}.`)),
    '',
  ].join('\n');
}

export const slowRows = (slow: readonly Slow[]): readonly string[] => [
  row(['', 's']),
  row([':--', '--:']),
  ...slow.map(({ what, seconds }) => row([what, seconds.toFixed(1)])),
];

const row = (all: readonly string[]): string => `| ${all.join(' | ')} |`;

function cells(all: readonly Measured[], action: Action, name: string, trip: number): readonly string[] {
  const of = (contender: string, delay: number): readonly Measured[] =>
    all.filter((each) => each.action === action && each.contender === contender && each.delay === delay);
  const middle = (runs: readonly Measured[], what: (run: Measured) => number | undefined): number =>
    median(runs.map(what).filter((value) => value !== undefined));
  const time = (delay: number): readonly string[] => {
    const [own, theirs] = [name, REFERENCE].map((each) => middle(of(each, delay), ({ seconds }) => seconds));
    return [number(own!, 1), number(own! / theirs!, own! / theirs! < 1 ? 2 : 1)];
  };
  const plain = of(name, 0);
  const transitions = middle(plain, (run) => run.transitions);
  return [
    name === 'pasted' ? WORDS[action] : '',
    name,
    ...time(0),
    number(middle(plain, ({ lost }) => lost)),
    number(middle(plain, ({ silence }) => silence) / 1000, 2),
    ...time(trip),
    number(middle(of(name, trip), ({ lost }) => lost)),
    number(middle(plain, ({ trips }) => trips)),
    number(middle(plain, ({ writes }) => writes)),
    number(transitions),
    number(dollarsOfRun(transitions), 5),
  ];
}

/** The worst ratio of a time to the median of its kind, of those that were not delayed. */
function slowest(all: readonly Measured[]): number {
  const plain = all.filter(({ delay }) => delay === 0);
  const alike = (run: Measured): readonly number[] =>
    plain
      .filter(({ action, contender }) => action === run.action && contender === run.contender)
      .map(({ seconds }) => seconds);
  return Math.max(...plain.map((run) => run.seconds / median(alike(run))));
}

/** Where there is nothing to tell, a dash. */
const number = (value: number, digits = 0): string => (Number.isNaN(value) ? '–' : value.toFixed(digits));

/** What every one of its turns left. */
function leftBy(turns: readonly Turn[], name: string): string {
  const [first, ...others] = turns.filter(({ measured }) => measured[0]!.contender === name).map(({ left }) => left);
  const always = first!.filter((line) => others.every((left) => left.includes(line)));
  return always.length === 0 ? 'nothing.' : `${always.map((line) => `\`${line}\``).join(', ')}.`;
}
