import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { devicesOf } from '../lib/tunnel/plan/devices';
import { bigipUnits, type Tunnel } from '../lib/tunnel/declaration/tunnel';
import type { Fault } from '../lab/hosts/host';
import type { Lab } from '../lab/index';
import { execute } from './execution';
import { declaration, stale, synthesize } from './local/assembly';
import { declaredOtherwise } from './local/up-to-date';
import { hostsOption, type HereOptions } from './options';
import { atPlace, type Place } from './place';
import { Progress } from './report/progress';
import { many, seconds, styleFor } from './report/style';
import { runText } from './report/text';
import { resultOf, type Result } from './result';
import { thisProcess, type Surroundings } from './surroundings';
import type { Action, HostsKind } from './where';

/** One ramp node, and a pair of them. */
const [SINGLE, PAIR] = ['edge-a', 'edge-b'];

/** Simulated hosts shall not take longer than one has patience; what a kernel does takes its time. */
const SPEEDS: Readonly<Record<HostsKind, number>> = { simulated: 8, kernel: 1 };
/** What moves the virtual IP. */
const CHECKS: Readonly<Record<HostsKind, string>> = {
  simulated: 'the check of the simulated keepalived',
  kernel: "keepalived's check",
};
/** keepalived moves a virtual IP within some 6 s (docs/RUNBOOK.md); an emulated machine may be slower. */
const MOVES_WITHIN_MS = 60_000;

/** What BIG-IP refuses once: the last command of a teardown. */
const LAST_COMMAND = 'save sys config';

const BEGIN = `
edge-ramp: a guided tour

tunnels/edge-a.yaml declares a tunnel between an F5 BIG-IP and an OpenShift node, through which BIG-IP reaches Pods.
The state machine, its functions and the scripts for the devices are the very ones that would be deployed to AWS.
`;

const END = `
That was the tour. What to try next:
  npx edge-ramp plan edge-a --local --commands    the exact commands, before anything is changed
  npx edge-ramp apply edge-a --local              the same on hosts that are kept between calls
  npx edge-ramp validate                          after a change to tunnels/edge-a.yaml (then npx cdk synth)
  npm start -- --hosts kernel                     this tour on real interfaces (README: Real packets)
  npx edge-ramp help                              faults, JSON, exit codes
  npx edge-ramp local                             a server for the AWS CLI; events and the schedule count there
  npx cdk deploy                                  the same state machine on AWS
`;

/** Tells edge-ramp's story on hosts of this machine, from nothing to a failure that is taken back, and on to a pair. */
async function tour(surroundings: Surroundings): Promise<void> {
  const { out, project } = surroundings;
  const { hosts: kind = 'simulated' } = asked();
  out.write(BEGIN);
  const outdated = stale(project) ?? newDeclaration(project);
  if (outdated) {
    const begun = Date.now();
    out.write(
      `\n${outdated === 'missing' ? 'There is no cdk.out yet' : `cdk.out is older than ${outdated.newer}`}: running \`npx cdk synth\` ... `,
    );
    synthesize(project);
    out.write(`${seconds((Date.now() - begun) / 1000)}\n`);
  }
  const host = bigipUnits(declaration(project, SINGLE))[0]!.management;
  // The apply saves first; the teardown's save comes when all else has been taken away.
  const fault: Fault = { host, match: LAST_COMMAND, nth: 2, effect: 'fail-before' };
  const state = mkdtempSync(join(tmpdir(), 'edge-ramp-tour-'));
  let lab: Lab | undefined;
  const ignore = surroundings.onInterrupt(() => {
    const leave = (): never => {
      rmSync(state, { recursive: true, force: true });
      process.exit(3);
    };
    if (lab) void lab.close().then(leave, leave);
    else leave(); // what is being opened ends with this process
  });
  try {
    const options = { faults: [fault], speed: SPEEDS[kind], keeps: false };
    await atPlace({ local: true, state, hosts: kind }, surroundings, options, async (place) => {
      lab = place.lab!;
      out.write(`${place.words}; nothing else is touched.\n`);
      await story(place, lab, surroundings);
      await pairStory(place, lab, surroundings, CHECKS[kind]);
    });
  } finally {
    ignore();
    rmSync(state, { recursive: true, force: true });
  }
  out.write(END);
}

/** What `npm start --` is told: on which hosts the tour is. Another command line ends the process. */
function asked(): Pick<HereOptions, 'hosts'> {
  return new Command('npm start --').addOption(hostsOption()).parse().opts();
}

/** A declaration that cdk.out was not made from. @throws InvalidRequest when there are mistakes in one */
function newDeclaration(project: string): { readonly newer: string } | undefined {
  const newer = declaredOtherwise(project);
  return newer === undefined ? undefined : { newer };
}

async function story(place: Place, lab: Lab, surroundings: Surroundings): Promise<void> {
  const { out } = surroundings;
  const style = styleFor(out);
  const chapter = (title: string, words: string): void => out.write(`\n${style.bold(title)}\n${words}\n\n`);

  chapter(
    '1. Apply',
    'Looks at both devices, plans the difference, carries it out, proves it; only then traffic arrives.',
  );
  expect(await act(place, 'apply', surroundings), 'Applied');

  chapter('2. Apply again', 'Nothing differs, so nothing is written: traffic does not notice.');
  expect(await act(place, 'apply', surroundings), 'Unchanged');

  chapter(
    '3. A failure half-way',
    `Now a teardown, in which BIG-IP refuses the very last command ("${LAST_COMMAND}"): the tunnel is gone by then.`,
  );
  const devices = devicesOf(declaration(surroundings.project, SINGLE), null).map(({ name }) => name);
  const before = await dumps(lab, devices);
  expect(await act(place, 'teardown', surroundings), 'RolledBack');
  compare(before, await dumps(lab, devices), surroundings);
}

/** What a pair adds: two nodes behind a virtual IP, and that it moves when the node that has it cannot carry any more. */
async function pairStory(place: Place, lab: Lab, surroundings: Surroundings, check: string): Promise<void> {
  const { out, project } = surroundings;
  const style = styleFor(out);
  const chapter = (title: string, words: string): void => out.write(`\n${style.bold(title)}\n${words}\n\n`);
  const spec = declaration(project, PAIR) as Tunnel;

  chapter(
    '4. A pair of ramp nodes',
    `tunnels/${PAIR}.yaml: two nodes behind a virtual IP, which ipfailover in the cluster moves. Both are built first, then BIG-IP points there.`,
  );
  expect(await act(place, 'apply', surroundings, PAIR), 'Applied');

  const holder = await holderOf(lab, spec);
  const wipe = `ovs-ofctl -O OpenFlow13 del-flows br0 cookie=${spec.cookie}/-1`;
  chapter('5. The node that carries loses its flows', `Typed on ${holder}:\n  ${wipe}`);
  const { code, err } = await lab.hosts.run(holder, wipe);
  if (code !== 0) throw new Error(`The flows could not be wiped: ${err}`);
  const next = await movedFrom(holder, lab, spec);
  out.write(
    `${spec.ramp.vip} has moved to ${next}: ${check} saw it, and no run was needed. An apply heals the rest:\n\n`,
  );
  expect(await act(place, 'apply', surroundings, PAIR), 'Applied');
}

/** The nodes that have a pair's virtual IP, by their own addresses. */
async function holdersOf(lab: Lab, { ramp }: Tunnel): Promise<readonly string[]> {
  const addresses = await Promise.all(ramp.nodes.map(({ instance }) => lab.hosts.run(instance, 'ip -o addr')));
  return ramp.nodes.flatMap(({ instance }, i) => (addresses[i]!.out.includes(` ${ramp.vip}/`) ? [instance] : []));
}

/** @throws Error when nobody has it, or both */
async function holderOf(lab: Lab, spec: Tunnel): Promise<string> {
  const [holder, ...more] = await holdersOf(lab, spec);
  if (holder === undefined || more.length > 0)
    throw new Error(`${holder ? 'Both have' : 'Nobody has'} ${spec.ramp.vip}.`);
  return holder;
}

/** Waits until another node than `holder` has the virtual IP, and it alone. */
async function movedFrom(holder: string, lab: Lab, spec: Tunnel): Promise<string> {
  const end = Date.now() + MOVES_WITHIN_MS;
  while (Date.now() < end) {
    const [next, ...more] = await holdersOf(lab, spec);
    if (next !== undefined && next !== holder && more.length === 0) return next;
    await sleep(200);
  }
  throw new Error(`The virtual IP is still at ${holder}.`);
}

/** One run, told step by step. */
async function act(place: Place, action: Action, { out, sleep }: Surroundings, tunnel = SINGLE): Promise<Result> {
  const progress = new Progress(out);
  const { ended } = await execute(place, { tunnel, action }, sleep, progress.onEvent);
  const result = resultOf((await ended).execution, (await ended).item);
  progress.end();
  const again = (next: Action): string => `npx edge-ramp ${next} ${tunnel} --local`;
  out.write(runText(result, await ended, [], { tunnel, action, teardown: false, begun: false, again }, styleFor(out)));
  return result;
}

/** Everything that these devices hold, by name. */
async function dumps(lab: Lab, devices: readonly string[]): Promise<ReadonlyMap<string, string>> {
  return new Map(await Promise.all(devices.map(async (name) => [name, await lab.hosts.dump(name)] as const)));
}

/** Shows that the hosts are as they were, by what they hold and not by what the run said. */
function compare(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>, { out }: Surroundings): void {
  const style = styleFor(out);
  out.write('\nWhat the devices hold, before the teardown and now:\n');
  for (const [name, was] of before) {
    const now = after.get(name) ?? '';
    const lines = was.split('\n').length;
    if (was === now) out.write(`  ${style.good('equal')}   ${name}: ${many(lines, 'line')}\n`);
    else throw new Error(`${name} is not as it was before the teardown.`);
  }
}

/** The tour promises how each run ends; if one ends otherwise, the tour has failed. */
function expect({ status, words }: Result, promised: string): void {
  if (status !== promised) throw new Error(`This run should have ended as ${promised}, not as ${status}: ${words}`);
}

const surroundings = thisProcess();
tour(surroundings).catch((error: unknown) => {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  surroundings.err.write(`\n${(process.env['EDGE_RAMP_DEBUG'] ?? '') === '' ? message : stack}\n`);
  process.exitCode = 1;
});
