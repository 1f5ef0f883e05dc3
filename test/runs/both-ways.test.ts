import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Aws } from '../../cli/aws/aws';
import type { Check } from '../../cli/preflight/check';
import type { RunDocument } from '../../cli/report/documents';
import { openLab, type Lab } from '../../lab/index';
import { call, project } from '../cli/fake';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const ASSEMBLY = process.env['EDGE_RAMP_TEST_ASSEMBLY']!;
const SPEED = 25;
/** BIG-IP refuses once to give up its tunnel. */
const FAULT = { host: '10.3.88.66', match: 'delete net tunnels tunnel', nth: 1, effect: 'fail-before' } as const;

/** The same command lines on this machine and against a lab that is served as AWS is. */
const folder = mkdtempSync(join(tmpdir(), 'edge-ramp-both-ways-'));
const [state, faults] = [join(folder, 'state'), join(folder, 'faults.json')];
let served: Lab;
beforeAll(async () => {
  writeFileSync(faults, JSON.stringify([FAULT]));
  served = await openLab({ assembly: ASSEMBLY, state: join(folder, 'served'), faults: [FAULT], speed: SPEED });
});
afterAll(async () => {
  await served.close();
  rmSync(folder, { recursive: true, force: true });
});

const PROJECT = project();
const sleep = (milliseconds: number) => new Promise<void>((done) => setTimeout(done, milliseconds / SPEED));

/** A way to lab's endpoint, whatever region and profile were named. */
const wayTo = (url: string) => () =>
  new Aws({ endpoint: url, region: 'local-1', credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' } });

async function here<T>(...args: string[]): Promise<{ readonly code: number; readonly document: T }> {
  const { code, out } = await call(
    [...args, '--json', '--local', '--state', state],
    {},
    {
      project: PROJECT,
      openLab: (options) => openLab({ ...options, assembly: ASSEMBLY, speed: SPEED }),
      aws: (reach) => new Aws(reach),
      sleep,
    },
  );
  return { code, document: JSON.parse(out) as T };
}

async function onAws<T>(...args: string[]): Promise<{ readonly code: number; readonly document: T }> {
  const agreed = ['apply', 'teardown'].includes(args[0]!) ? ['--yes'] : []; // nobody is there to be asked
  const { code, out } = await call(
    [...args, ...agreed, '--json'],
    {},
    { project: PROJECT, aws: wayTo(served.url), sleep },
  );
  return { code, document: JSON.parse(out) as T };
}

/** What a run came to, without what differs from run to run: how long it took, and what went first of what goes on at once, or did not quite. */
function cameTo({ code, document }: { readonly code: number; readonly document: RunDocument }) {
  const { steps, deviceWrites, deviceOperations: _, criticalPathTrips: _chain, error, ...rest } = document;
  const sorted = steps.map(({ state, outcome }) => `${state} ${outcome}`).sort();
  const wrote = deviceWrites !== 0;
  return { code, ...rest, steps: sorted, wrote, error: error?.replaceAll(/ --local --state \S+/g, '') };
}

test.each([
  ['plan edge-a', []],
  ['apply edge-a', []],
  ['apply edge-a', []],
  ['apply edge-b', []],
  ['teardown edge-a', ['--fault']],
  ['teardown edge-a', []],
  ['verify edge-a', []],
  ['apply edge-z', []],
])('%s %j comes to the same on AWS as on this machine', async (line, more) => {
  const local = await here<RunDocument>(...line.split(' '), ...more.flatMap((option) => [option, faults]));
  const aws = await onAws<RunDocument>(...line.split(' '));
  expect(cameTo(aws)).toEqual(cameTo(local));
  // A step's devices are asked at once; on a busy machine that takes its turns.
  expect(aws.document.criticalPathTrips).toBeLessThanOrEqual(local.document.criticalPathTrips);
});

test('status and history show the same', async () => {
  interface Runs {
    readonly runs: readonly { readonly outcome: string; readonly action: string; readonly changes: unknown }[];
    readonly complete: boolean;
  }
  const outcomes = ({ document }: { readonly document: Runs }) =>
    document.runs.map(({ outcome, action, changes }) => ({ outcome, action, changes }));
  const local = outcomes(await here<Runs>('history', 'edge-a'));
  expect(local.map(({ outcome }) => outcome)).toEqual([
    'NotVerified',
    'TornDown',
    'RolledBack',
    'Unchanged',
    'Applied',
    'Planned',
  ]);
  expect(outcomes(await onAws<Runs>('history', 'edge-a'))).toEqual(local);

  interface Standings {
    readonly tunnels: readonly Record<string, unknown>[];
  }
  const standings = ({ document }: { readonly document: Standings }) =>
    document.tunnels.map(({ provenAt: _at, provenBy: _by, lastSeen, ...rest }) => {
      const { at: _seenAt, by: _seenBy, ...seen } = (lastSeen ?? {}) as Record<string, unknown>;
      return { ...rest, seen };
    });
  expect(standings(await onAws<Standings>('status'))).toEqual(standings(await here<Standings>('status')));
});

test('a preflight of the lab finds nothing against a run', async () => {
  const { code, document } = await onAws<{ readonly checks: readonly Check[] }>('preflight', 'edge-b');
  const told = document.checks.filter(({ result }) => result === 'fail' || result === 'warning');
  expect(told).toMatchObject([{ check: 'automation', result: 'warning' }]);
  expect(code).toBe(0);
});
