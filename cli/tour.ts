import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { Command } from 'commander';
import { devicesOf } from '../lib/tunnel/plan/devices';
import { bigipUnits, rampName, vipMark, type Declared, type Tunnel } from '../lib/tunnel/declaration/tunnel';
import type { Fault } from '../lab/hosts/host';
import type { Lab } from '../lab/index';
import { execute } from './execution';
import { declaration, isAssembled, newerSource, synthesize } from './local/assembly';
import { declaredOtherwise } from './local/up-to-date';
import { hostsOption } from './options';
import { atPlace, type Place } from './place';
import { Progress } from './report/progress';
import { styleFor, type Style } from './report/style';
import type { Next } from './report/summary';
import { changesText, endText } from './report/text';
import { many, seconds } from './report/words';
import { resultOf } from './result';
import { debugs, messageOf, thisProcess, type Surroundings } from './surroundings';
import type { Action, Here, HostsKind } from './where';

/** One ramp node, and a pair of them. */
const [SINGLE, PAIR] = ['edge-a', 'edge-b'];

/** Simulated hosts shall not take longer than one has patience; what a kernel does takes its time. Times faster. */
const SPEEDS: Readonly<Record<HostsKind, number>> = { simulated: 25, kernel: 1 };
/** keepalived settles within some 6 s (docs/RUNBOOK.md); an emulated machine may be slower. */
const SETTLES_WITHIN_MS = 60_000;

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
  npm start -- --hosts kernel                     this tour on real interfaces (docs/real-packets.md)
  npx edge-ramp help                              faults, JSON, exit codes
  npx edge-ramp local                             a server for the AWS CLI; events and the schedule count there
  npx cdk deploy                                  the same state machine on AWS
`;

/** Where the story happens, and who hears it. */
interface Scene extends Pick<Surroundings, 'out' | 'sleep'> {
  readonly hosts: HostsKind;
  readonly place: Place;
  readonly lab: Lab;
  readonly style: Style;
}

/** Tells edge-ramp's story on hosts of this machine, from nothing to a failure that is taken back, and on to a pair. */
async function tour(surroundings: Surroundings): Promise<void> {
  const { out, project, sleep } = surroundings;
  // Another command line than this one ends the process.
  const { hosts = 'simulated' } = new Command('npm start --').addOption(hostsOption()).parse().opts<Here>();
  out.write(BEGIN);
  bringUpToDate(surroundings);
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
    const options = { faults: [fault], speed: SPEEDS[hosts], keeps: false };
    await atPlace({ local: true, state, hosts }, surroundings, options, async (place) => {
      lab = place.lab!;
      out.write(`${place.words}; nothing else is touched.\n`);
      const scene = { hosts, place, lab, out, sleep, style: styleFor(out) };
      await story(scene, declaration(project, SINGLE));
      await pairStory(scene, declaration(project, PAIR) as Tunnel);
    });
  } finally {
    ignore();
    rmSync(state, { recursive: true, force: true });
  }
  out.write(END);
}

/** Makes cdk.out again where it is older than its sources. @throws InvalidRequest when there are mistakes in a declaration */
function bringUpToDate({ project, tunnels, out }: Surroundings): void {
  const assembled = isAssembled(project);
  const newer = assembled ? (newerSource(project, project) ?? declaredOtherwise(project, tunnels)) : undefined;
  if (assembled && newer === undefined) return;
  const begun = Date.now();
  out.write(
    `\n${assembled ? `cdk.out is older than ${newer}` : 'There is no cdk.out yet'}: making it, as \`npx cdk synth\` does ... `,
  );
  synthesize(project, tunnels);
  out.write(`${seconds((Date.now() - begun) / 1000)}\n`);
}

function chapter({ out, style }: Scene, title: string, words: string): void {
  out.write(`\n${style.bold(title)}\n${words}\n\n`);
}

async function story(scene: Scene, spec: Declared): Promise<void> {
  chapter(
    scene,
    '1. Apply',
    'Looks at both devices, plans the difference, carries it out, proves it; only then traffic arrives.',
  );
  await act(scene, 'apply', SINGLE, 'Applied');

  chapter(scene, '2. Apply again', 'Nothing differs, so nothing is written: traffic does not notice.');
  await act(scene, 'apply', SINGLE, 'Unchanged');

  chapter(
    scene,
    '3. A failure half-way',
    `Now a teardown, in which BIG-IP refuses the very last command ("${LAST_COMMAND}"): the tunnel is gone by then.`,
  );
  const devices = devicesOf(spec, null).map(({ name }) => name);
  const dumps = (): Promise<readonly string[]> => Promise.all(devices.map(async (name) => scene.lab.hosts.dump(name)));
  const before = await dumps();
  await act(scene, 'teardown', SINGLE, 'RolledBack');
  const after = await dumps();
  // By what the hosts hold, and not by what the run said.
  scene.out.write('\nWhat the devices hold, before the teardown and now:\n');
  for (const [i, name] of devices.entries()) {
    if (before[i] !== after[i]) throw new Error(`${name} is not as it was before the teardown.`);
    scene.out.write(`  ${scene.style.good('equal')}   ${name}: ${many(before[i]!.split('\n').length, 'line')}\n`);
  }
}

/** What a pair adds: two nodes behind a virtual IP; and what a node puts back by itself. */
async function pairStory(scene: Scene, spec: Tunnel): Promise<void> {
  chapter(
    scene,
    '4. A pair of ramp nodes',
    `tunnels/${PAIR}.yaml: two nodes behind a virtual IP, which ipfailover in the cluster moves. Both are built first, then BIG-IP points there.`,
  );
  await act(scene, 'apply', PAIR, 'Applied');

  const holder = await holderOf(scene, spec);
  const wipe = `ovs-ofctl -O OpenFlow13 del-flows br0 cookie=${spec.cookie}/-1`;
  chapter(scene, '5. The node that carries loses its flows', `Typed on ${holder}:\n  ${wipe}`);
  const { code, err } = await scene.lab.hosts.run(holder, wipe);
  if (code !== 0) throw new Error(`The flows could not be wiped: ${err}`);
  await scene.lab.hosts.act(holder, 'keep'); // on kernel hosts it looks by itself
  if (scene.hosts === 'kernel') await untilBackAt(holder, scene, spec); // an apply that meets the virtual IP on its way ends NotVerified
  scene.out.write(
    'The keeper of that node has put them back, and no run was needed. The next apply has nothing to do, and tells of it:\n\n',
  );
  await act(scene, 'apply', PAIR, 'Unchanged');
}

/** Waits until one node alone has a pair's virtual IP. @returns its instance */
async function holderOf({ lab }: Scene, { ramp: { nodes, vip } }: Tunnel): Promise<string> {
  const end = Date.now() + SETTLES_WITHIN_MS;
  for (;;) {
    const addresses = await Promise.all(nodes.map((node) => lab.hosts.run(rampName(node), 'ip -o addr')));
    const holders = nodes.map(rampName).filter((_, i) => addresses[i]!.out.includes(` ${vip}/`));
    if (holders.length === 1) return holders[0]!;
    if (Date.now() > end) throw new Error(`${vip} is at ${holders.join(' and ') || 'no node'}.`);
    await setTimeout(200);
  }
}

/** Waits until a node has its flows and the virtual IP, and keeps it. It leaves while the node's keeper says by its mark that the node does not carry (ADR 0013). */
async function untilBackAt(node: string, { lab }: Scene, { cookie, ramp: { vip }, ipfailover }: Tunnel): Promise<void> {
  const end = Date.now() + SETTLES_WITHIN_MS;
  // Twice: keepalived may have seen the mark just before it was taken away.
  for (let times = 0; times < 2; await setTimeout(200)) {
    const { out: flows } = await lab.hosts.run(node, `ovs-ofctl -O OpenFlow13 dump-flows br0 cookie=${cookie}/-1`);
    const { out } = await lab.hosts.run(node, 'ip -o addr');
    const carries = flows.includes(cookie) && out.includes(` ${vip}/`) && !out.includes(` ${vipMark(ipfailover!)}/`);
    times = carries ? times + 1 : 0;
    if (Date.now() > end) throw new Error(`${vip} or the flows are not back at ${node}.`);
  }
}

/** One run, told step by step. @throws Error when it ends otherwise than the tour promises */
async function act({ place, out, sleep, style }: Scene, action: Action, tunnel: string, promised: string) {
  const progress = new Progress(out);
  const { ended } = await execute(place, { tunnel, action }, sleep, progress.onEvent);
  const result = resultOf((await ended).execution, (await ended).item);
  progress.end();
  const again = (next: Next): string => `npx edge-ramp ${next} ${tunnel} --local`;
  const run = { tunnel, action, teardown: false, begun: false, tornDown: false, noProbe: false, again };
  out.write(changesText(result, run, style) + endText(result, await ended, run, style));
  if (result.status !== promised)
    throw new Error(`This run should have ended as ${promised}, not as ${result.status}: ${result.words}`);
}

const here = thisProcess();
// Its examples, whatever else is declared in the current folder.
const surroundings = { ...here, project: here.product, tunnels: join(here.product, 'tunnels') };
tour(surroundings).catch((error: unknown) => {
  surroundings.err.write(`\n${debugs(surroundings) ? (error as Error).stack : messageOf(error)}\n`);
  process.exitCode = 1;
});
