import type { Answer } from '../../../lib/tunnel/answer';
import { readDeclarations } from '../../../lib/tunnel/declared';
import { difference, type Operation, type Probe, type State } from '../../../lib/tunnel/device';
import { devicesOf } from '../../../lib/tunnel/devices';
import { NotUnderstood } from '../../../lib/tunnel/errors';
import { ramp } from '../../../lib/tunnel/ramp/device';
import type { RampFacts } from '../../../lib/tunnel/ramp/read';
import { disagreements, readTrace, readVip } from '../../../lib/tunnel/ramp/vip';
import { readReport } from '../../../lib/tunnel/ramp/report';
import { recordedState, remember } from '../../../lib/tunnel/records';
import { reconcile } from '../../../lib/tunnel/reconcile';
import { staged } from '../../../lib/tunnel/stages';
import type { Tunnel } from '../../../lib/tunnel/tunnel';
import { ADMIN, pair, single } from './cluster-site';
import { refused } from './plans';
import { EXAMPLE, Site, freshWorld, merge } from './site';

const [FIRST, SECOND] = pair().ramp.nodes.map(({ instance }) => instance) as [string, string];

/** What is wrong with a pair of which some fields are others; nothing: it is declared without mistake. */
function mistakes(changes: Readonly<Record<string, unknown>>, base: Tunnel = pair()): string {
  try {
    readDeclarations([{ path: `${base.name}.yaml`, text: JSON.stringify(merge(base, changes)) }]);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

/** The same of two tunnels. */
function together(one: Tunnel, two: Tunnel): string {
  try {
    readDeclarations([one, two].map((each) => ({ path: `${each.name}.yaml`, text: JSON.stringify(each) })));
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('the declaration of a pair', () => {
  const nodes = (changes: object): Readonly<Record<string, unknown>> => ({
    ramp: { nodes: pair().ramp.nodes.map((node, i) => (i === 1 ? { ...node, ...changes } : node)) },
  });

  test('of the published addresses has no mistake', () => expect(mistakes({})).toBe(''));

  test.each([
    ['no virtual IP', { ramp: { vip: undefined } }, 'ramp.vip:', 'must be declared: two ramp nodes need a virtual IP'],
    ['no network', { ramp: { network: undefined } }, 'ramp.network:', 'l2 or vpc'],
    ['a VPC', { ramp: { network: 'vpc' } }, 'ramp.network: "vpc"', 'carries no VRRP multicast'],
    ['no cluster', { cluster: undefined }, 'cluster:', 'moved by ipfailover in the cluster'],
    ['no ipfailover', { ipfailover: undefined }, 'ipfailover:', 'at least its vrrpIdOffset'],
    [
      'an offset beyond VRRP',
      { ipfailover: { vrrpIdOffset: 255 } },
      'ipfailover.vrrpIdOffset: 255',
      'must be 0 to 254',
    ],
    ['cordoned nodes', { ramp: { schedulable: false } }, 'ramp.schedulable: false', 'Pods of ipfailover run on them'],
    ['a node without its name', nodes({ node: undefined }), 'ramp.nodes.1.node:', 'oc get nodes'],
    ['a node twice', nodes({ instance: FIRST }), 'ramp.nodes.1.instance:', 'is listed twice'],
    ['a name twice', nodes({ node: 'ramp-1.example.com' }), 'ramp.nodes.1.node:', 'is listed twice'],
    ['an address that a node has', { ramp: { vip: '10.20.30.2' } }, 'ramp.vip: "10.20.30.2"', 'one address, one role'],
    ['a virtual IP in the tunnel', { ramp: { vip: '10.3.91.9' } }, 'ramp.vip: "10.3.91.9"', 'must lie outside'],
    ['two interfaces', nodes({ interface: 'eth1' }), 'ramp.nodes.1.interface: "eth1"', 'one interface for both'],
    ['a node that runs oc', { cluster: { admin: SECOND } }, 'cluster.admin:', 'must not be ramp.nodes.1 too'],
    [
      'a login that is no path',
      { cluster: { kubeconfig: 'x; rm' } },
      'cluster.kubeconfig:',
      'must be an absolute path',
    ],
    ['a label with a prefix', { ipfailover: { label: 'a/b' } }, 'ipfailover.label: "a/b"', 'without a prefix'],
    [
      'a label whose claim Kubernetes would not take',
      { name: 'a'.repeat(32), ipfailover: { label: 'k'.repeat(25) } },
      'ipfailover.label:',
      'longer than the 63 characters',
    ],
    [
      'three nodes',
      { ramp: { nodes: [...pair().ramp.nodes, { instance: 'mi-00000009', address: '10.20.30.9', node: 'x' }] } },
      'ramp.nodes:',
      'one or two ramp nodes',
    ],
  ])('with %s is refused', (_what, changes, where, rule) => {
    const said = mistakes(changes);
    expect(said).toContain(where);
    expect(said).toContain(rule);
  });

  test.each([
    ['a virtual IP', { ramp: { vip: '10.3.89.100' } }, 'ramp.vip:', 'is for two ramp nodes'],
    ['ipfailover', { ipfailover: { vrrpIdOffset: 1 } }, 'ipfailover:', 'is for two ramp nodes'],
    [
      'schedulable: false and no cluster',
      { ramp: { schedulable: false } },
      'cluster:',
      'cordoning is done in the cluster',
    ],
  ])('one node with %s is refused', (_what, changes, where, rule) => {
    const said = mistakes(changes, EXAMPLE);
    expect(said).toContain(where);
    expect(said).toContain(rule);
  });

  const other = (changes: object): Tunnel =>
    merge(pair(), {
      name: 'edge-q',
      bigip: [{ ...EXAMPLE.bigip[0]!, management: '10.3.88.99', address: '10.20.30.11' }],
      tunnel: { bigip: '10.3.95.216/24', node: '10.3.95.217', interface: 'tun2' },
      cookie: '0x998',
      ramp: { vip: '10.20.30.8' },
      ipfailover: { name: 'second', vrrpIdOffset: 20 },
      ...changes,
    }) as unknown as Tunnel;

  test('may share nodes, label and account with another', () => expect(together(pair(), other({}))).toBe(''));

  test.each([
    ['VRRP id', { ipfailover: { name: 'second', vrrpIdOffset: 10 } }, 'VRRP id 11 on node'],
    ['virtual IP', { ramp: { vip: '10.20.30.4' } }, 'the virtual IP 10.20.30.4'],
    [
      'ipfailover object',
      { ipfailover: { name: 'f5ipfailover', vrrpIdOffset: 20 } },
      'ipfailover f5ipfailover in the cluster',
    ],
    [
      'label, on other nodes',
      {
        ramp: {
          vip: '10.20.30.8',
          nodes: [
            pair().ramp.nodes[0],
            { ...pair().ramp.nodes[1], instance: 'mi-00000009', node: 'x', address: '10.20.30.7' },
          ],
        },
      },
      'its ipfailover would start on these',
    ],
  ])('may not share its %s', (_what, changes, rule) => expect(together(pair(), other(changes))).toContain(rule));

  test('may not be on a node that another tunnel cordons', () =>
    expect(
      together(
        pair(),
        single(false, {
          name: 'edge-q',
          cookie: '0x998',
          tunnel: { bigip: '10.3.95.216/24', node: '10.3.95.217', interface: 'tun2' },
        }),
      ),
    ).toContain('ramp.schedulable: false: must be true, as in tunnel edge-p'));
});

describe('the devices of a tunnel', () => {
  const names = (devices: readonly { name: string; former: boolean }[]): string[] =>
    devices.map(({ name, former }) => `${name}${former ? ' (former)' : ''}`);

  test('are the declared ones, and those that left the declaration', () => {
    expect(names(devicesOf(pair(), null))).toEqual(['10.3.88.66', FIRST, SECOND, ADMIN]);
    expect(names(devicesOf(single(true, { cluster: undefined }), pair()))).toEqual([
      '10.3.88.66',
      FIRST,
      `${SECOND} (former)`,
      `${ADMIN} (former)`,
    ]);
  });

  test('another host that runs oc reaches the same cluster: the earlier one is not cleaned up', () =>
    expect(names(devicesOf(pair({ cluster: { admin: 'mi-0ad0000000000002', kubeconfig: '/x' } }), pair()))).toEqual([
      '10.3.88.66',
      FIRST,
      SECOND,
      'mi-0ad0000000000002',
    ]));

  test('are forgotten by name, and only those that it has, or that a run could not put back', () => {
    expect(names(devicesOf(pair(), null, [SECOND]))).toEqual(['10.3.88.66', FIRST, ADMIN]);
    const situation = { ...new Site(EXAMPLE).situation(), forget: ['mi-0badbadbad'] };
    refused(() => reconcile('absent', situation), 'mi-0badbadbad', 'has no such device');
    const before = { 'mi-0badbadbad': { 'link tun1': { from: null, wrote: ['up'] } } };
    expect(reconcile('absent', { ...situation, before }).operations).toBe(0);
  });
});

describe('stages', () => {
  const create: Operation = { stage: 'shape', verb: 'create', object: 'x', to: '1' };
  const remove: Operation = { stage: 'shape', verb: 'delete', object: 'y', from: '1' };
  const stages = (
    ...[device, operations, isPair, cut]: [
      { kind: 'ramp' | 'cluster' | 'bigip'; former: boolean },
      Operation[],
      boolean,
      string?,
    ]
  ) => staged(device, operations, isPair, () => cut).map(({ stage }) => stage);

  test.each([
    ['a pair builds first what cuts nothing', { kind: 'ramp', former: false }, [create], true, undefined, ['prepare']],
    [
      'a single ramp builds beside BIG-IP: no trip more',
      { kind: 'ramp', former: false },
      [create],
      false,
      undefined,
      ['shape'],
    ],
    ['what cuts waits for BIG-IP', { kind: 'ramp', former: false }, [create], true, 'it cuts', ['shape']],
    [
      'one that removes does all of it at once',
      { kind: 'ramp', former: false },
      [create, remove],
      true,
      undefined,
      ['shape', 'shape'],
    ],
    ['what left the declaration goes last', { kind: 'ramp', former: true }, [remove], true, undefined, ['clean']],
    ['the cluster lets go last', { kind: 'cluster', former: false }, [remove], false, undefined, ['clean']],
    [
      'BIG-IP keeps its own',
      { kind: 'bigip', former: false },
      [{ ...create, stage: 'attach' }],
      true,
      undefined,
      ['attach'],
    ],
    [
      'a former BIG-IP is relieved first',
      { kind: 'bigip', former: true },
      [{ ...remove, stage: 'detach' }, remove],
      true,
      undefined,
      ['detach', 'clean'],
    ],
  ] as const)('%s', (_what, device, operations, isPair, cut, expected) =>
    expect(stages(device, [...operations] as Operation[], isPair, cut)).toEqual(expected),
  );
});

describe('a device that cannot be reached', () => {
  const AWAY = { kind: 'ramp' as const, name: SECOND, unreachable: 'the command never started' };
  const situation = (site: Site) => ({ ...site.situation(), observed: [...site.observe(), AWAY] });

  test('and left the declaration is not passed over', () => {
    const site = new Site(EXAMPLE);
    site.apply();
    const moved = { ...EXAMPLE, ramp: { ...EXAMPLE.ramp, nodes: [{ ...EXAMPLE.ramp.nodes[0]!, instance: FIRST }] } };
    const old = EXAMPLE.ramp.nodes[0]!.instance;
    const changed = new Site(moved, site.world);
    changed.applied = EXAMPLE;
    changed.others[FIRST] = freshWorld(moved);
    const observed = changed.observe().map((each) => (each.name === old ? { ...AWAY, name: old } : each));
    refused(
      () => reconcile('declared', { ...changed.situation(), observed }),
      old,
      'cannot be reached',
      `"forget": ["${old}"]`,
    );
    const plan = reconcile('declared', {
      ...changed.situation(),
      observed: observed.filter(({ name }) => name !== old),
      forget: [old],
    });
    expect(plan.work.clean.ramp).toEqual([]);
  });

  test('and is declared cannot be forgotten by an apply', () =>
    refused(
      () => reconcile('declared', { ...new Site(EXAMPLE).situation(), forget: [EXAMPLE.ramp.nodes[0]!.instance] }),
      'is declared and cannot be forgotten',
    ));

  test('and is no device of the tunnel is not understood', () =>
    expect(() => reconcile('declared', situation(new Site(EXAMPLE)))).toThrow(NotUnderstood));

  test('a device that nobody observed is not taken for one without anything', () => {
    const site = new Site(EXAMPLE);
    const observed = site.observe().slice(0, 1);
    expect(() => reconcile('declared', { ...site.situation(), observed })).toThrow('was not observed');
  });
});

describe('what is worth knowing of a pair', () => {
  const facts = { sdnAddressRemark: '', reportRemark: '' } as RampFacts;
  const remarks = (name: string, spec: Tunnel, more: Partial<RampFacts> = {}): readonly string[] =>
    ramp.remarks(
      { name, spec, applied: null, original: {} },
      { facts: { ...facts, ...more }, state: {}, probes: [] },
      [],
    );

  test('an EC2 instance is questioned: a VPC moves no address', () => {
    expect(remarks('i-0a4e90de0a4e90de0', pair())).toEqual([expect.stringContaining('is an EC2 instance')]);
    expect(remarks('i-0a4e90de0a4e90de0', EXAMPLE)).toEqual([]);
    expect(remarks(FIRST, pair())).toEqual([]);
  });

  test('a health report that does not speak', () =>
    expect(remarks(FIRST, pair(), { reportRemark: 'its health report is 99 s old' })).toEqual([
      `ramp node ${FIRST}: its health report is 99 s old`,
    ]));
});

describe('where the virtual IP is', () => {
  const said = (...lines: string[]): Answer => ({ lines, code: 0 });

  test.each([
    ['here', true, true, 'has it'],
    ['elsewhere', true, false, 'stands by'],
    ['nowhere', false, false, 'nobody has it'],
  ])('%s', (where, ok, holds, detail) =>
    expect(readVip('ramp node x', pair(), said(where))).toMatchObject({
      ok,
      holds,
      detail: expect.stringContaining(detail),
    }),
  );

  test.each([said('perhaps'), said(), { lines: ['Device "eth0" does not exist.'], code: 1 }])(
    '%j is not understood',
    (answer) => expect(() => readVip('ramp node x', pair(), answer)).toThrow(NotUnderstood),
  );

  test('at both nodes is a disagreement; at one, or with one asked, is none', () => {
    const probe = (from: string, holds: boolean): Probe => ({
      from,
      to: 'x',
      what: 'virtual IP',
      ok: true,
      detail: '',
      holds,
    });
    expect(disagreements([probe('a', true), probe('b', true)])).toEqual([
      expect.objectContaining({ from: 'a and b', ok: false, detail: expect.stringContaining('both have it') }),
    ]);
    expect(disagreements([probe('a', true), probe('b', false)])).toEqual([]);
    expect(disagreements([probe('a', true)])).toEqual([]);
    expect(disagreements([])).toEqual([]);
  });

  test.each([
    ['goes on under another source', 'set(ipv4(src=10.129.1.254)),4', true],
    ['is dropped', 'drop', false],
    ['goes on under its own source', '4', false],
  ])('a traced packet that %s', (_what, actions, ok) =>
    expect(readTrace('ramp node x', pair(), said(`Datapath actions: ${actions}`))).toEqual([
      expect.objectContaining({ ok }),
    ]),
  );

  test('a packet is not traced where there is no Pod, and not judged by flows where there are none', () => {
    expect(readTrace('ramp node x', pair(), { lines: [], code: undefined })).toEqual([]);
    expect(readTrace('ramp node x', pair({ snat: 'gateway' }), said('Datapath actions: 4'))).toEqual([]);
  });

  test('a trace without a last line is not understood', () =>
    expect(() => readTrace('ramp node x', pair(), said('Flow: ip'))).toThrow(NotUnderstood));
});

describe('the health report of a node', () => {
  const ARGUMENTS = 'arguments 127.112.0.11 tun1 10.3.91.216 0x999 10.129.1.254';
  const VALUE = 'mark 127.112.0.11 interface tun1 source 10.3.91.216 cookie 0x999 address 10.129.1.254';
  function read(...lines: string[]): { remark: string; state: Record<string, string> } {
    const state: Record<string, string> = {};
    return { remark: readReport('ramp node x', pair(), { lines, code: 0 }, state), state };
  }

  test('that speaks is there, and nothing is to be said', () =>
    expect(read(ARGUMENTS, 'text ours', 'unit active enabled', 'last 1 ok')).toEqual({
      remark: '',
      state: { 'report edge-p': VALUE },
    }));

  test.each([
    ['is silent', ['last 11 ok'], 'is 11 s old'],
    ['has not spoken yet', ['last -'], 'has said nothing yet'],
    [
      'says that something is missing',
      ['last 2 broken no flow with cookie 0x999'],
      'broken: no flow with cookie 0x999',
    ],
    ['could not look', ['last 2 unknown ovs-ofctl answered'], 'unknown: ovs-ofctl answered'],
  ])('that %s is there, and that is said', (_what, last, remark) => {
    const found = read(ARGUMENTS, 'text ours', 'unit active enabled', ...last);
    expect(found.remark).toContain(remark);
    expect(found.state).toEqual({ 'report edge-p': VALUE });
  });

  test.each([['unit inactive enabled'], ['unit active disabled'], ['unit failed enabled']])(
    'that does not run (%s) is drift',
    (unit) =>
      expect(read(ARGUMENTS, 'text ours', unit, 'last 1 ok').state).toEqual({ 'report edge-p': `stopped ${VALUE}` }),
  );

  test('that is none counts as absent; of another version it is old, and goes with the tunnel', () => {
    expect(read('arguments -', 'text other', 'unit inactive -', 'last -')).toEqual({ remark: '', state: {} });
    const old = read(ARGUMENTS, 'text other', 'unit active enabled', 'last 1 ok');
    expect(old).toEqual({ remark: '', state: { 'report edge-p': `old ${VALUE}` } });
    expect(difference(ramp.order, old.state, {})).toEqual([
      expect.objectContaining({ verb: 'delete', object: 'report edge-p' }),
    ]);
  });

  test('that looks at something else ends before that changes, and begins after', () => {
    const flow = { from: 'flow cookie=0x999', to: 'flow cookie=0x998' };
    const to = VALUE.replace('0x999', '0x998');
    const [from, next] = [
      { [flow.from]: 'a', 'report edge-p': VALUE },
      { [flow.to]: 'a', 'report edge-p': to },
    ];
    const said = (order: typeof ramp.order, a: State, b: State): readonly string[] =>
      difference(order, a, b).map(({ verb, object }) => `${verb} ${object}`);
    for (const [a, b] of [
      [from, next],
      [next, from],
    ] as const) {
      const lines = said(ramp.order, a, b);
      expect([lines[0], lines.at(-1)]).toEqual(['delete report edge-p', 'create report edge-p']);
      expect(lines).toHaveLength(4);
    }
    const marked = { ...from, 'report edge-p': VALUE.replace('127.112.0.11', '127.112.0.12') };
    for (const other of [{ ...from, 'report edge-p': `stopped ${VALUE}` }, marked])
      expect(said(ramp.order, other, from)).toEqual(['modify report edge-p']);
  });

  test.each([
    ['stopped on its way out', VALUE, undefined, `stopped ${VALUE}`, VALUE],
    ['installed and not started yet', undefined, VALUE, `stopped ${VALUE}`, undefined],
    ['that is half of another version', `old ${VALUE}`, VALUE, `old ${VALUE}`, VALUE],
    ['of another version, made anew', `old ${VALUE}`, VALUE, VALUE, VALUE],
    ['of another version, taken away', `old ${VALUE}`, undefined, undefined, VALUE],
  ])('%s is put back', (_what, from, to, now, back) => {
    const state = (value: string | undefined): State => (value === undefined ? {} : { 'report edge-p': value });
    const before = remember({}, 'x', state(from), difference(ramp.order, state(from), state(to)), ramp.order);
    expect(recordedState(before, 'x', state(now))).toEqual({ goal: state(back), left: [] });
    expect(recordedState(before, 'x', state(back))).toEqual({ goal: state(back), left: [] });
  });

  test.each([[[]], [['arguments x', 'text ours', 'unit active enabled', 'last 1 ok']]])(
    '%j is not understood',
    (lines) => expect(() => read(...lines)).toThrow(NotUnderstood),
  );
});
