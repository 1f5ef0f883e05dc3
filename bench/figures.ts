import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DOLLARS_OF_WATCH, dollarsOfRun } from './prices';

/** Of a handler, minified. The watch has most: it looks at every kind of device itself, and speaks with four services, whose clients are half of it. */
const MOST_KILOBYTES = 520;

/** `npm run figures`: what a run costs. Counts have bounds and fail the script; times are printed, and as ratios, since machines differ. */

interface Run {
  readonly status: string;
  readonly criticalPathTrips: number;
  readonly ssmRoundTrips: number;
  readonly stateTransitions: number;
  readonly deviceWrites: number;
}

const root = join(__dirname, '..');
const state = mkdtempSync(join(tmpdir(), 'edge-ramp-figures-'));
const beyond: string[] = [];

function main(): void {
  const fresh = local('apply', 'edge-a');
  const unchanged = local('apply', 'edge-a');
  const teardown = local('teardown', 'edge-a');
  const pair = { fresh: local('apply', 'edge-b'), unchanged: local('apply', 'edge-b') };
  const units = { fresh: local('apply', 'edge-e'), unchanged: local('apply', 'edge-e') };
  rmSync(state, { recursive: true, force: true });

  count('fresh apply: sequential SSM trips', fresh.run.criticalPathTrips, 4);
  count('fresh apply: state transitions', fresh.run.stateTransitions, 34);
  count('unchanged: sequential SSM trips', unchanged.run.criticalPathTrips, 1);
  count('unchanged: writes to devices', unchanged.run.deviceWrites, 0);
  count('unchanged: state transitions', unchanged.run.stateTransitions, 14);
  count('teardown: sequential SSM trips', teardown.run.criticalPathTrips, 4);
  count('pair of nodes, fresh apply: sequential SSM trips', pair.fresh.run.criticalPathTrips, 5);
  count('pair of nodes, fresh apply: state transitions', pair.fresh.run.stateTransitions, 39);
  count('pair of nodes, unchanged: sequential SSM trips', pair.unchanged.run.criticalPathTrips, 1);
  count('pair of nodes, unchanged: writes to devices', pair.unchanged.run.deviceWrites, 0);
  count('pair of BIG-IPs, fresh apply: sequential SSM trips', units.fresh.run.criticalPathTrips, 7);
  count('pair of BIG-IPs, fresh apply: state transitions', units.fresh.run.stateTransitions, 37);
  count('pair of BIG-IPs, unchanged: sequential SSM trips', units.unchanged.run.criticalPathTrips, 1);
  count('pair of BIG-IPs, unchanged: writes to devices', units.unchanged.run.deviceWrites, 0);
  count('pair of BIG-IPs, unchanged: state transitions', units.unchanged.run.stateTransitions, 17);
  for (const { name, kilobytes } of bundles()) count(`bundle that ${name}: kB`, kilobytes, MOST_KILOBYTES);

  console.log('');
  for (const [what, dollars] of [
    ['fresh apply: state transitions', dollarsOfRun(fresh.run.stateTransitions)],
    ['unchanged: state transitions', dollarsOfRun(unchanged.run.stateTransitions)],
    ['pair of nodes, fresh apply: state transitions', dollarsOfRun(pair.fresh.run.stateTransitions)],
    ['pair of BIG-IPs, fresh apply: state transitions', dollarsOfRun(units.fresh.run.stateTransitions)],
    ['the watch of a tunnel, a month', DOLLARS_OF_WATCH],
  ] as const)
    console.log(`${what.padEnd(52)}${dollars.toFixed(5).padStart(8)} $`);

  console.log('');
  for (const [what, seconds] of [
    ['fresh apply, simulated hosts', fresh.seconds],
    ['unchanged, simulated hosts', unchanged.seconds],
  ] as const)
    console.log(`${what.padEnd(52)}${seconds.toFixed(1).padStart(8)} s`);
  console.log(`${'fresh apply : unchanged'.padEnd(52)}${(fresh.seconds / unchanged.seconds).toFixed(2).padStart(8)}`);
  if (beyond.length > 0) {
    console.error(`\nbeyond its bound: ${beyond.join('; ')}`);
    process.exitCode = 1;
  }
}

function count(what: string, value: number, most: number): void {
  console.log(`${what.padEnd(52)}${String(value).padStart(8)}   at most ${most}`);
  if (value > most) beyond.push(`${what} is ${value}, at most ${most}`);
}

/** A run of an example on simulated hosts, by the command line as a person uses it. */
function local(action: string, tunnel: string): { readonly run: Run; readonly seconds: number } {
  const begun = Date.now();
  const done = spawnSync(
    process.execPath,
    ['bin/edge-ramp.js', action, tunnel, '--local', '--json', '--state', state],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  if (done.status !== 0)
    throw new Error(`edge-ramp ${action} ${tunnel} ended with ${done.status}: ${done.stdout}${done.stderr}`);
  return { run: JSON.parse(done.stdout) as Run, seconds: (Date.now() - begun) / 1000 };
}

/** The functions of the synthesized template, by what they do. */
function bundles(): readonly { readonly name: string; readonly kilobytes: number }[] {
  const out = join(root, 'cdk.out');
  const { Resources: resources } = JSON.parse(readFileSync(join(out, 'EdgeRamp.template.json'), 'utf8')) as {
    Resources: Record<string, { Type: string; Properties: { Description: string; Code: { S3Key: string } } }>;
  };
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::Lambda::Function')
    .map(({ Properties: { Description, Code } }) => {
      const bundle = join(out, `asset.${Code.S3Key.replace('.zip', '')}`, 'index.js');
      return { name: Description.replace('edge-ramp: ', ''), kilobytes: Math.ceil(statSync(bundle).size / 1000) };
    });
}

main();
