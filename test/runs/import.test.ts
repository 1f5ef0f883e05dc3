import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLab } from '../../lab';
import { readDeclarations } from '../../lib/tunnel/declaration/read';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { call, project, temporary } from '../cli/fake';
import { BIGIP, NODE, discard, endOf, example, site, type Site } from './support/site';

/** What somebody typed on BIG-IP, under names of their own. */
const ON_BIGIP = [
  'create net tunnels tunnel to-pods { description "Pods, ask Ann" local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }',
  'create net self to-pods-self { address 10.3.91.216/24 allow-service all vlan to-pods }',
  'create net route 10.128.0.0/14 interface to-pods',
  'create ltm snatpool to-pods-pool members add { 10.3.91.216 }',
  'modify ltm virtual ose-vserver source-address-translation { type snat pool to-pods-pool }',
];

/** And on the ramp node. */
const ON_NODE = [
  'ip tunnel add ramp0 mode ipip remote 10.3.89.66 dev eth0',
  'ip addr add 10.3.91.217 dev ramp0',
  'ip link set ramp0 up',
  'ip route add 10.3.91.216 dev ramp0',
];

const [{ management, bastion, user, hostKey }] = example.bigip as [Tunnel['bigip'][number]];
const WAYS = Object.entries({
  '--bigip-management': management,
  '--bigip-bastion': bastion,
  '--bigip-user': user,
  '--bigip-host-key': `lb.example.com ${hostKey}`,
  '--node-instance': NODE,
}).flat();
const NAMES = Object.entries({
  '--object-tunnel': 'to-pods',
  '--object-self': 'to-pods-self',
  '--object-snat-pool': 'to-pods-pool',
  '--tunnel-interface': 'ramp0',
}).flat();

/** edge-ramp as it is deployed before anything is declared. */
function deployed(): string {
  const folder = project({ assembly: false });
  const out = join(folder, 'cdk.out');
  cpSync(process.env['EDGE_RAMP_TEST_ASSEMBLY']!, out, { recursive: true });
  const file = join(out, 'EdgeRamp.template.json');
  const template = JSON.parse(readFileSync(file, 'utf8')) as {
    Resources: Record<string, { Properties?: { Name?: unknown } }>;
  };
  for (const [id, { Properties }] of Object.entries(template.Resources))
    if (String(Properties?.Name).includes('/tunnels/')) delete template.Resources[id];
  writeFileSync(file, JSON.stringify(template));
  return folder;
}

let made: Site;
let folder: string;
beforeAll(async () => {
  folder = deployed();
  made = await site({ world: { typed: { [BIGIP]: ON_BIGIP, [NODE]: ON_NODE } } });
  await made.close();
});
afterAll(() => discard(made));

/** Imports into an empty folder of declarations. */
async function imported(name: string, state: string, ...args: readonly string[]) {
  const tunnels = temporary();
  const outcome = await call(
    ['import', name, ...args, '--local', '--state', state],
    {},
    {
      project: folder,
      tunnels,
      openLab: (options) => openLab({ ...options, specs: [example], speed: 25 }),
      sleep: (milliseconds) => sleep(milliseconds / 5),
    },
  );
  const path = `${name}.yaml`;
  const text = existsSync(join(tunnels, path)) ? readFileSync(join(tunnels, path), 'utf8') : undefined;
  return { ...outcome, text, read: () => readDeclarations([{ path, text: text! }])[0] as Tunnel };
}

test('a tunnel that somebody built is declared from what its devices tell; it is planned, adopted, and torn down', async () => {
  const { code, out, err, text, read } = await imported(
    'edge-a',
    made.state,
    ...WAYS,
    ...NAMES,
    '--virtual-server',
    'ose-vserver',
  );
  expect([code, err]).toEqual([0, '']);
  const spec = read();
  expect(spec).toMatchObject({
    example: true,
    bigip: [{ address: '10.3.89.66', hostKey, secret: 'edge-ramp/edge-a/ssh-key' }],
    ramp: { nodes: [{ instance: NODE, address: '10.3.89.89', interface: 'eth0' }] },
    tunnel: { bigip: '10.3.91.216/24', node: '10.3.91.217', interface: 'ramp0' },
    objects: { tunnel: 'to-pods', self: 'to-pods-self', snatPool: 'to-pods-pool' },
    clusterNetworks: ['10.128.0.0/14'],
    virtualServers: ['ose-vserver'],
  });
  expect(text).not.toContain('edge-ramp cannot know this');
  // Nothing that stands is made or taken away: what is missing has a line, and so has edge-ramp's mark.
  expect(out).toContain("None of them cuts live traffic. 4 of them only mark as edge-ramp's what stands.");
  expect(out).not.toMatch(/[+-] (?:tunnel|self|snatpool|route|virtual)/);

  const here = await site({ from: made.state, spec });
  try {
    const before = here.dump();
    const plan = await here.run({ action: 'plan' });
    expect(endOf(plan)).toBe('Planned');
    const { changes } = plan.output as { changes: { text: string }[] };
    for (const each of changes) expect(out.replace(/\s+/g, ' ')).toContain(each.text.replace(/\s+/g, ' '));
    expect(here.dump()).toBe(before);
    expect(endOf(await here.run())).toBe('Applied');
    expect(endOf(await here.run())).toBe('Unchanged');
    expect(endOf(await here.run({ action: 'teardown' }))).toBe('TornDown');
    expect(here.dump()).not.toMatch(/to-pods|ramp0|10\.3\.91\.21/);
  } finally {
    await discard(here);
  }
});

test('of a tunnel that edge-ramp built, and whose records are lost, the plan is empty', async () => {
  const built = await site();
  expect(endOf(await built.run())).toBe('Applied');
  await built.close();
  const servers = example.virtualServers.join(',');
  const { code, out, read } = await imported('edge-a', built.state, ...WAYS, '--virtual-server', servers);
  await discard(built);
  expect([code, read().objects]).toEqual([0, example.objects]);
  expect(out).toContain('An apply would change nothing.');
});

test('what no device tells is marked in the file, and validate names it until somebody fills it in', async () => {
  const { code, out, text, read } = await imported('edge-a', made.state, ...WAYS);
  expect(code).toBe(2);
  expect(text).toContain('address: # edge-ramp cannot know this: BIG-IP has no tunnel SDN\n');
  expect(text).toContain('clusterNetworks: # edge-ramp cannot know this: BIG-IP has no route by the tunnel SDN\n');
  expect(text).toContain('which virtual servers use the SNAT pool SDN_snatpool; [] if none\n');
  expect(out).toContain('bigip.0.address: is empty: a value must follow the colon');
  expect(() => read()).toThrow(/tunnel\.node: is empty/);
});

test.each([
  ['BIG-IP', WAYS.map((each) => (each === user ? 'nobody' : each)), new RegExp(`^edge-ramp: BIG-IP ${management}: `)],
  [
    'the bastion',
    WAYS.map((each) => (each === bastion ? 'i-0123456789abcdef0' : each)),
    /i-0123456789abcdef0 is not connected to Systems Manager/,
  ],
])('%s that cannot be asked is named, and nothing is written', async (_, args, says) => {
  const { code, err, text } = await imported('edge-a', made.state, ...args);
  expect([code, text]).toEqual([1, undefined]);
  expect(err.replace(/\s+/g, ' ')).toMatch(says);
});
