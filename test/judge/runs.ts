import type { HistoryEvent } from '../../lab';
import type { Fault } from '../../lab/hosts/host';
import type { Declared, Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { third } from '../examples';
import {
  BIGIP,
  NODE,
  SECOND,
  balancer,
  discard,
  endOf,
  entered,
  exited,
  example,
  pair,
  site,
  type Site,
} from '../runs/support/site';
import type { Command, RecordedRun } from './recorded';

/** One tunnel's life on the simulated hosts: its runs, and what happens between them. */
interface Life {
  readonly name: string;
  readonly spec: Declared;
  /** What is declared from the second run on. */
  readonly changed?: Declared;
  readonly faults?: readonly Fault[];
  readonly runs: readonly Step[];
}

/**
 * A request; before it, lines typed on a host, and hosts that go away or come back; `stop`: the run is stopped when this state has done its work;
 * `repairs`: the run before.
 */
interface Step {
  readonly request?: object;
  readonly gone?: string;
  readonly back?: string;
  readonly typed?: readonly (readonly [host: string, line: string])[];
  readonly stop?: string;
  readonly repairs?: true;
}

/** As the example, which events and schedules leave alone. */
const kept: Tunnel = { ...example, example: false };
const APPLY: Step = {};
const EVENT: Step = { request: { trigger: 'event' } };
const TEARDOWN: Step = { request: { action: 'teardown' } };
const ALLOWED: Step = { request: { allowInterruption: true } };
const refusal = { host: BIGIP, match: 'save sys config', nth: 1, effect: 'fail-after' } as const;

export const LIVES: readonly Life[] = [
  {
    name: 'a single ramp: applied, unchanged, drifted, verified, torn down',
    spec: example,
    runs: [
      APPLY,
      APPLY,
      {
        typed: [
          [NODE, 'ip link set tun1 down'],
          [NODE, 'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1'],
        ],
      },
      { request: { action: 'verify' } },
      { request: { action: 'plan', teardown: true } },
      TEARDOWN,
      TEARDOWN,
    ],
  },
  { name: 'a single ramp: a first apply that is put back', spec: example, faults: [refusal], runs: [APPLY, APPLY] },
  {
    name: 'a single ramp: a run that is stopped, and repaired',
    spec: example,
    runs: [
      { stop: 'Configure' },
      { repairs: true },
      APPLY,
      { ...TEARDOWN, stop: 'Detach virtual servers' },
      { repairs: true },
    ],
  },
  {
    name: 'a single ramp: declared otherwise',
    spec: example,
    changed: {
      ...example,
      tunnel: { ...example.tunnel, bigip: '10.3.91.215/24', node: '10.3.91.214' },
      objects: { ...example.objects, snatPool: 'SDN_pool' },
      virtualServers: ['ose-vserver'],
    },
    runs: [APPLY, APPLY, ALLOWED, TEARDOWN],
  },
  {
    name: 'a pair: applied, unchanged, healed, torn down',
    spec: pair,
    runs: [APPLY, APPLY, { typed: [[SECOND, 'ip link del tun1']] }, TEARDOWN],
  },
  {
    name: 'a pair: a node is swapped',
    spec: pair,
    changed: { ...pair, ramp: { ...pair.ramp, nodes: [pair.ramp.nodes[1]!, third] } },
    runs: [APPLY, APPLY, ALLOWED, TEARDOWN],
  },
  {
    name: 'a single ramp: what events and schedules do',
    spec: kept,
    changed: { ...kept, tunnel: { ...kept.tunnel, node: '10.3.91.214' } },
    runs: [
      APPLY,
      EVENT,
      { request: { action: 'pause', reason: 'change 4711' } },
      EVENT,
      { request: { action: 'resume' } },
      ALLOWED,
      { typed: [[NODE, 'ip link set tun1 down']], request: { trigger: 'schedule' } },
      { typed: [[NODE, 'ip link set tun1 down']], request: { trigger: 'schedule' } },
      { typed: [[NODE, 'ip link set eth0 down']], request: { trigger: 'schedule' } },
      { request: { trigger: 'schedule' } },
      { request: { trigger: 'schedule' } },
    ],
  },
  {
    name: 'a single ramp: what could not be put back, and then was',
    spec: example,
    faults: [
      { host: BIGIP, match: 'save sys config', nth: 1, effect: 'fail-before' },
      ...[1, 2, 3, 4].map((nth) => ({ host: BIGIP, match: 'delete net', nth, effect: 'fail-before' }) as const),
    ],
    runs: [APPLY, { repairs: true }, { repairs: true }, APPLY, TEARDOWN],
  },
  {
    name: 'a pair: a node that is away',
    spec: pair,
    runs: [
      { gone: SECOND },
      APPLY,
      { back: SECOND },
      { ...TEARDOWN, gone: SECOND },
      { request: { action: 'teardown', forget: [SECOND] } },
    ],
  },
  { name: 'a balancer: applied, unchanged, torn down', spec: balancer, runs: [APPLY, APPLY, TEARDOWN] },
];

/** Carries the runs out. */
export async function live({ spec, changed = spec, faults = [], runs }: Life): Promise<readonly RecordedRun[]> {
  const told: RecordedRun[] = [];
  const known: string[] = [];
  let here = await site({ spec, also: [changed], faults });
  try {
    for (const [i, step] of runs.entries()) {
      if (i === 1 && changed !== spec) {
        const folder = here;
        await folder.close();
        here = await site({ from: folder.state, spec: changed, also: [spec], faults });
        await discard(folder);
      }
      told.push(await oneRun(here, spec.name, step, known));
    }
  } finally {
    await discard(here);
  }
  return told;
}

async function oneRun(here: Site, tunnel: string, step: Step, known: string[]): Promise<RecordedRun> {
  for (const [host, line] of step.typed ?? []) await here.world.run(host, line);
  if (step.gone !== undefined) here.world.gone(step.gone);
  if (step.back !== undefined) here.world.back(step.back);
  const sent = (await commandsOf(here)).length;
  const before = hostsOf(here);
  const states: string[] = [];
  const watch = (event: HistoryEvent): void => {
    if (entered(event)) states.push(String(entered(event)));
    if (step.stop && exited(event) === step.stop) void here.lab.stop(arn);
  };
  const repair = step.repairs ? { repair: known.at(-1) } : {};
  const { arn, done } = here.lab.start({ tunnel, ...repair, ...step.request }, watch);
  known.push(arn);
  const result = await done;
  const after = hostsOf(here);
  const commands: Record<string, Omit<Command, 'stage' | 'device'>[]> = {};
  for (const { device, ...command } of (await commandsOf(here)).slice(sent)) (commands[device] ??= []).push(command);
  return plainly(
    {
      end: result.status === 'ABORTED' ? 'ABORTED' : endOf(result),
      commands,
      output: result.output ?? null,
      item: (await here.lab.item(tunnel)) ?? null,
      changed: Object.fromEntries(Object.entries(after).map(([host, dump]) => [host, dump !== before[host]])),
      note: { transitions: result.transitions, states },
    },
    known,
  ) as RecordedRun;
}

/** What each host holds. */
function hostsOf(here: Site): Readonly<Record<string, string>> {
  const dumps = here.dump().split(/^## /m).slice(1);
  return Object.fromEntries(dumps.map((dump) => [dump.slice(0, dump.indexOf('\n')), dump]));
}

/** Every command that Systems Manager took, in order, by the device that it is for. */
async function commandsOf({ lab }: Site) {
  const response = await fetch(lab.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'AmazonSSM.ListCommands' },
    body: JSON.stringify({ MaxResults: 1000 }),
  });
  const { Commands: commands } = (await response.json()) as {
    Commands: { DocumentName: string; InstanceIds: string[]; Parameters: Record<string, string[]> }[];
  };
  return commands.reverse().map(({ DocumentName: name, InstanceIds: [instance = ''], Parameters: all }) => {
    const [, kind, document] = /^edge-ramp-([a-z]+)-(observe|apply)-/.exec(name) as unknown as [
      string,
      string,
      Command['document'],
    ];
    const given = Object.fromEntries(Object.entries(all).map(([parameter, [value = '']]) => [parameter, value]));
    const { Fence: _fence, Questions: questions, Operations: operations, ...parameters } = given;
    return {
      device: `${kind} ${given['Management'] ?? instance}`,
      instance,
      document,
      parameters,
      ...(questions === undefined ? {} : { questions: questions.split('|').sort() }),
      ...(operations === undefined ? {} : { operations: operations.split('|').map((each) => each.split('~')) }),
    };
  });
}

/** Wording, which may improve. */
const WORDS = ['sentence', 'cause', 'detail', 'what', 'reason'];

/** Without what differs from run to run (times, names of executions), without wording, without devices that a kind has none of; JSON text is read. */
function plainly(value: unknown, runs: readonly string[]): unknown {
  const plain = (each: unknown): unknown => plainly(each, runs);
  if (typeof value === 'number') return value > 1e12 ? 'a time' : value;
  if (typeof value === 'string') {
    if (/^[[{]/.test(value)) return plain(JSON.parse(value));
    if (runs.includes(value)) return `run ${runs.indexOf(value)}`;
    if (/^\d{13} (?:paused|resumed) /.test(value)) return value.replace(/\d[\dTZ:.-]{12,}/g, 'a time');
    return /^\d{4}-\d\d-\d\dT/.test(value) ? 'a time' : value;
  }
  if (Array.isArray(value)) return value.filter((each) => !isIdle(each)).map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !WORDS.includes(key))
      .map(([key, each]) => [
        key,
        plain(key === 'remarks' ? (each as unknown[]).length : key === 'interrupts' ? cuts(each) : each),
      ]),
  );
}

/** A kind of device that the tunnel has none of. */
function isIdle(outcome: unknown): boolean {
  const { devices } = (outcome ?? {}) as { devices?: unknown };
  return Array.isArray(devices) && devices.length === 0;
}

function cuts(interrupts: unknown): unknown {
  return Array.isArray(interrupts) ? interrupts.length : interrupts !== null;
}
