import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pair } from '../../../lab/hosts/bigip/pair';
import { bigip } from '../../../lib/tunnel/bigip/device';
import type { UnitLook } from '../../../lib/tunnel/bigip/pair-objects';
import { pairRemarks, refusePair, type PairCase } from '../../../lib/tunnel/bigip/pair-refusals';
import { parseDeclaration } from '../../../lib/tunnel/declaration/parse';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { BASTION, clientKey, closeAll, open, script, twoUnits, UNITS, type Bench } from './bench';

afterAll(closeAll);

const [A, B] = UNITS;
const SPEC = parseDeclaration(twoUnits, 'test') as Tunnel;
/** The key comes without Secrets Manager, which the hosts alone do not have. */
const SCRIPT = ['prelude', 'bigip-listing', 'bigip-session', 'bigip-group', 'bigip-observe']
  .map((name) => readFileSync(join(__dirname, `../../../documents/${name}.sh`), 'utf8'))
  .join('\n');
const RUN: PairCase = { goal: 'declared', pendingIsOurs: false };
const POOL = 'create ltm snatpool SDN_snatpool members add { 10.3.91.216 }';

const openPair = (): Promise<Bench> => open({}, { specs: [twoUnits] });
const pairOf = (hosts: Bench): Pair => hosts.world.pairs[0]!;
const type = async (hosts: Bench, unit: string, line: string): Promise<void> =>
  expect(await hosts.world.run(unit, line)).toMatchObject({ code: 0 });

/** A look at some units by the script itself. */
async function look(hosts: Bench, ...units: readonly string[]): Promise<readonly UnitLook[]> {
  const looks: UnitLook[] = [];
  for (const name of units) {
    const about = { name, spec: SPEC, applied: null };
    const { user, secret, hostKey } = SPEC.bigip.find(({ management }) => management === name)!;
    const parameters = {
      Tunnel: SPEC.name,
      Fence: '1',
      Management: name,
      User: user,
      Secret: secret,
      HostKey: hostKey,
    };
    const { code, out, err } = await script(hosts, BASTION, `aws() { printf '%s\\n' "$KEY"; }\n${SCRIPT}`, {
      KEY: clientKey.privateKey,
      ...Object.fromEntries(Object.entries(parameters).map(([parameter, value]) => [`SSM_${parameter}`, value])),
      AWS_SSM_REGION_NAME: 'local-1',
      SSM_Questions: bigip.questions(about).join('|'),
    });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    looks.push({ name, ...bigip.read(out, about) });
  }
  return looks;
}

/** The code with which the pair is refused; undefined: it is not. */
async function judged(hosts: Bench, run = RUN, units: readonly string[] = UNITS): Promise<string | undefined> {
  const looks = await look(hosts, ...units);
  try {
    refusePair(SPEC, looks, run);
    return undefined;
  } catch (error) {
    return (error as { code: string }).code;
  }
}

it('the units of a pair say all that is asked of them, and are fit', async () => {
  const hosts = await openPair();
  const looks = await look(hosts, A, B);
  refusePair(SPEC, looks, RUN);
  expect(pairRemarks(SPEC, looks)).toEqual([]);
  expect(looks.map(({ facts: { pair } }) => [pair!.device, pair!.role.is, pair!.sync.is])).toEqual([
    ['bigip1.example.com', 'ACTIVE', 'in sync'],
    ['bigip2.example.com', 'STANDBY', 'in sync'],
  ]);
  expect(looks[1]!.facts.pair).toMatchObject({
    deviceGroup: { type: 'sync-failover', autoSync: false, saveOnAutoSync: false },
    tunnelsShared: true,
    floating: [{ address: '10.3.89.66/24', trafficGroup: 'traffic-group-1' }],
    outer: [{ address: '10.3.89.68/24', trafficGroup: 'traffic-group-local-only' }],
    inner: [],
  });
  expect(Object.keys(looks[1]!.facts.pair!.trafficGroups)).not.toEqual([]);
});

it('a failover is none of its reasons', async () => {
  const hosts = await openPair();
  await hosts.act(A, 'failover');
  expect(await judged(hosts)).toBeUndefined();
});

describe('what happens to a pair is known by both units together', () => {
  it.each<[string, (hosts: Bench) => void | Promise<void>, string]>([
    ['split brain', (hosts) => hosts.act(A, 'split-brain'), 'pair-roles'],
    ['forced offline', (hosts) => hosts.act(A, 'force-offline'), 'pair-roles'],
    ['a change of a stranger on the active unit', (hosts) => type(hosts, A, POOL), 'sync-pending'],
    ['a change of a stranger on the standby unit', (hosts) => type(hosts, B, POOL), 'sync-pending'],
    [
      'changes on both',
      async (hosts) => {
        await type(hosts, A, POOL);
        await type(hosts, B, POOL);
      },
      'sync-conflict',
    ],
    ['no first sync', (hosts) => void delete pairOf(hosts).synced, 'sync-pending'],
    ['the link is cut', (hosts) => hosts.act(B, 'cut-link'), 'pair-disconnected'],
    ['a third member', (hosts) => void pairOf(hosts).members.push('bigip3.example.com'), 'pair-device-group'],
    ['another group of /Common', (hosts) => void (pairOf(hosts).common.deviceGroup = 'other-dg'), 'pair-device-group'],
    ['another version', (hosts) => void (hosts.world.bigips[B]!.device!.version = '17.1.2'), 'pair-versions'],
    ['another switch', (hosts) => void (hosts.world.bigips[B]!.device!.tunnels = 'disable'), 'pair-differs'],
    [
      'another traffic group',
      (hosts) => void (pairOf(hosts).common.trafficGroup = 'traffic-group-2'),
      'pair-addresses',
    ],
  ])('%s', async (_, happens, code) => {
    const hosts = await openPair();
    await happens(hosts);
    expect(await judged(hosts)).toBe(code);
  });

  it('a sync that failed', async () => {
    const hosts = await openPair();
    pairOf(hosts).loading = 'fails';
    await type(hosts, A, POOL);
    await type(hosts, A, 'run cm config-sync to-group edge-dg');
    for (const _ of [1, 2, 3]) await type(hosts, A, 'show cm sync-status');
    const [first] = await look(hosts, A);
    expect(first!.facts.pair!.sync).toMatchObject({ is: 'failed', said: expect.stringContaining('Sync error on') });
    expect(await judged(hosts)).toBe('sync-failed');
  });

  it('a housekeeping group is a remark', async () => {
    const hosts = await openPair();
    pairOf(hosts).housekeeping = true;
    const looks = await look(hosts, A, B);
    refusePair(SPEC, looks, RUN);
    expect(pairRemarks(SPEC, looks).join()).toContain('datasync-global-dg (Changes Pending)');
  });

  it('a change of ours that is pending is carried along, from the unit that has it', async () => {
    const hosts = await openPair();
    await type(hosts, A, POOL);
    expect(await judged(hosts, { ...RUN, pendingIsOurs: true })).toBeUndefined();
    await hosts.act(A, 'failover');
    expect(await judged(hosts, { ...RUN, pendingIsOurs: true })).toBe('sync-pending');
    expect(await judged(hosts, { ...RUN, goal: 'recorded' })).toBeUndefined();
  });
});

it.each(['split-brain', 'force-offline'] as const)('%s is over when the unit stands by', async (happening) => {
  const hosts = await openPair();
  await hosts.act(A, happening);
  await hosts.act(A, 'stand-by');
  expect(await judged(hosts)).toBeUndefined();
  expect(hosts.world.bigips[A]!.device!.failover).toBe('STANDBY');
});

describe('a unit that does not answer', () => {
  it('is away where the active one calls it disconnected', async () => {
    const hosts = await openPair();
    await hosts.act(B, 'gone');
    expect(await judged(hosts, RUN, [A])).toBeUndefined();
  });

  it('is half known where the other one still reaches it', async () =>
    expect(await judged(await openPair(), RUN, [A])).toBe('pair-half-known'));

  it('is half known where the other one is standby', async () => {
    const hosts = await openPair();
    await hosts.act(B, 'cut-link');
    expect(await judged(hosts, RUN, [B])).toBe('pair-half-known');
  });
});
