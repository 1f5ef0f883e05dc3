import { answered, type Answer } from '../../../lib/tunnel/device/answer';
import { difference } from '../../../lib/tunnel/device/difference';
import { Look } from '../../../lib/tunnel/device/look';
import type { Operation, State } from '../../../lib/tunnel/device/operation';
import type { Probe } from '../../../lib/tunnel/device/observation';
import { devicesOf } from '../../../lib/tunnel/plan/devices';
import { NotUnderstood } from '../../../lib/tunnel/errors/errors';
import { ramp } from '../../../lib/tunnel/ramp/device';
import type { RampFacts } from '../../../lib/tunnel/ramp/facts';
import { readTrace, readVip } from '../../../lib/tunnel/ramp/vip';
import { disagreements } from '../../../lib/tunnel/plan/disagreements';
import { readKeeper } from '../../../lib/tunnel/ramp/keeper';
import { recordedState, recordOperations } from '../../../lib/tunnel/plan/records';
import { reconcile } from '../../../lib/tunnel/plan/reconcile';
import { assignStages } from '../../../lib/tunnel/plan/stages';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { ADMIN, pair, single } from './cluster-site';
import { refused } from './plans';
import { EXAMPLE, Site } from './site';
import { freshWorld } from './world';
import { FIRST, SECOND } from './pair-nodes';
import { pairNodeAnswer } from './ramp-answer';

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
    refused(() => reconcile('absent', situation), 'forget-unknown', 'mi-0badbadbad', 'has no such device');
    const before = { 'mi-0badbadbad': { 'link tun1': { from: null, wrote: ['up'] } } };
    expect(reconcile('absent', { ...situation, before }).operations).toBe(0);
  });
});

describe('stages', () => {
  const create: Operation = { stage: 'shape', verb: 'create', object: 'x', to: '1' };
  const remove: Operation = { stage: 'shape', verb: 'delete', object: 'y', from: '1' };
  const stages = (
    ...[device, operations, isRampPair, cut]: [
      { kind: 'ramp' | 'cluster' | 'bigip'; former: boolean },
      Operation[],
      boolean,
      string?,
    ]
  ) => assignStages(device, operations, isRampPair, () => cut).map(({ stage }) => stage);

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
  ] as const)('%s', (_what, device, operations, isRampPair, cut, expected) =>
    expect(stages(device, [...operations] as Operation[], isRampPair, cut)).toEqual(expected),
  );
});

describe('a virtual IP', () => {
  const remarks = (vip: string): readonly string[] => {
    const about = { name: FIRST, spec: pair({ ramp: { ...pair().ramp, vip } }), applied: null };
    const observed = ramp.read(pairNodeAnswer(about.spec, FIRST), about);
    return ramp.remarks({ ...about, original: {} }, observed, []).filter((remark) => remark.includes('virtual IP'));
  };

  test('in the network of the nodes is not remarked on', () => expect(remarks('10.20.30.4')).toEqual([]));

  test('outside of it is: mostly another address was meant', () =>
    expect(remarks('10.20.31.4')).toEqual([
      `ramp node ${FIRST}: the virtual IP 10.20.31.4 is not in the network of its eth0 (10.20.30.2/24): no host there asks for it, so BIG-IP reaches it only where a router knows the way. Is an address of that network meant?`,
    ]));
});

describe('a device that cannot be reached', () => {
  const AWAY = { kind: 'ramp' as const, name: SECOND, unreachable: 'the command never started' };
  const situation = (site: Site) => ({ ...site.situation(), observed: [...site.observe(), AWAY] });

  test('and left the declaration is not passed over', () => {
    const site = new Site(EXAMPLE);
    site.apply();
    const moved = { ...EXAMPLE, ramp: { ...EXAMPLE.ramp, nodes: [{ ...EXAMPLE.ramp.nodes[0]!, instance: FIRST }] } };
    const old = EXAMPLE.ramp.nodes[0]!.instance!;
    const changed = new Site(moved, site.world);
    changed.applied = EXAMPLE;
    changed.others[FIRST] = freshWorld(moved);
    const observed = changed.observe().map((each) => (each.name === old ? { ...AWAY, name: old } : each));
    refused(
      () => reconcile('declared', { ...changed.situation(), observed }),
      'unreachable-forgettable',
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
    expect(plan.remarks).toContain(
      `ramp node ${old} is not asked: if it comes back, its keeper still holds the tunnel there, after a restart too, until somebody takes it away there ("What a keeper did" in the runbook)`,
    );
  });

  test('and is declared cannot be forgotten by an apply', () =>
    refused(
      () => reconcile('declared', { ...new Site(EXAMPLE).situation(), forget: [EXAMPLE.ramp.nodes[0]!.instance!] }),
      'forget-declared',
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
  const facts = {
    withoutRules: null,
    sdnAddressRemark: '',
    keeperRemarks: [] as readonly string[],
    healed: null,
    bootScripts: [] as readonly string[],
  } as RampFacts;
  const remarks = (name: string, spec: Tunnel, more: Partial<RampFacts> = {}): readonly string[] =>
    ramp.remarks(
      { name, spec, applied: null, original: {} },
      { facts: { ...facts, ...more, unrestorable: {} }, state: {}, probes: [] },
      [],
    );

  test('an EC2 instance is questioned: a VPC moves no address', () => {
    expect(remarks('i-0a4e90de0a4e90de0', pair())).toEqual([expect.stringContaining('is an EC2 instance')]);
    expect(remarks('i-0a4e90de0a4e90de0', EXAMPLE)).toEqual([]);
    expect(remarks(FIRST, pair())).toEqual([]);
  });

  test('a keeper that does not speak', () =>
    expect(remarks(FIRST, pair(), { keeperRemarks: ['its keeper last spoke 99 s ago'] })).toEqual([
      `ramp node ${FIRST}: its keeper last spoke 99 s ago`,
    ]));
});

describe('where the virtual IP is', () => {
  const said = (...lines: string[]): Answer => answered(lines, '', 0);

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

  test('on an interface that the node lacks it is not', () =>
    expect(readVip('ramp node x', pair(), answered([], 'Device "br-ex" does not exist.', 1))).toMatchObject({
      ok: false,
      holds: false,
      detail: expect.stringContaining('"br-ex"'),
    }));

  test.each([said('perhaps'), said(), answered([], 'Cannot open netlink socket: Permission denied', 1)])(
    '%j is not understood',
    (answer) => expect(() => readVip('ramp node x', pair(), answer)).toThrow(NotUnderstood),
  );

  test('at both nodes is a disagreement; at one, or with one asked, is none', () => {
    const probe = (from: string, holds: boolean): Probe => ({
      from,
      to: 'x',
      what: 'whatever a person reads',
      ok: true,
      detail: '',
      held: 'virtual-ip',
      holds,
    });
    expect(disagreements([probe('a', true), probe('b', true)])).toEqual([
      {
        code: 'virtual-ip-twice',
        probe: expect.objectContaining({ from: 'a and b', ok: false, detail: expect.stringContaining('both have it') }),
      },
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
    expect(readTrace('ramp node x', pair(), answered([], '', undefined))).toEqual([]);
    expect(readTrace('ramp node x', pair({ snat: 'gateway' }), said('Datapath actions: 4'))).toEqual([]);
  });

  test('a trace without a last line is not understood', () =>
    expect(() => readTrace('ramp node x', pair(), said('Flow: ip'))).toThrow(NotUnderstood));
});

describe('the keeper of a node', () => {
  const VALUE = 'mark 127.112.0.11@keep link tun1%up@keep flow table=0%cookie=0x999 actions=drop';
  const GOAL = `goal ${VALUE}`;
  function read(...lines: string[]): ReturnType<typeof readKeeper> {
    const subject = { name: FIRST, spec: pair(), applied: null };
    return readKeeper(new Look('ramp node x', subject, new Map([['keeper', answered(lines, '', 0)]])));
  }

  test('that speaks is there, and nothing is to be said', () =>
    expect(read(GOAL, 'text ours', 'unit active enabled', 'last 1 ok', 'heals 0')).toEqual({
      healed: null,
      remarks: [],
      value: VALUE,
    }));

  test.each([
    ['is silent', 'last 11 ok', 'heals 0', 'last spoke 11 s ago'],
    ['has not spoken yet', 'last -', 'heals 0', 'has said nothing yet'],
    [
      'says that something is missing',
      'last 2 broken no route',
      'heals 0',
      'at the look its keeper said: broken: no route',
    ],
    [
      'rests since the tunnel is paused',
      'last 2 resting the tunnel is paused since 2026-11-24',
      'heals 0',
      'puts nothing back: the tunnel is paused since 2026-11-24',
    ],
    ['could not look', 'last 2 unknown ovs-ofctl answered', 'heals 0', 'its keeper said: unknown: ovs-ofctl answered'],
    [
      'has put something back',
      'last 2 ok',
      'heals 1 7 tun1 is down',
      'once within the last hour; the last time 7 s ago: tun1 is down',
    ],
    [
      'puts things back again and again',
      'last 2 healed x',
      'heals 5 7 x',
      '5 times within the last hour, which is repeated drift',
    ],
  ])('that %s is there, and that is said', (_what, last, heals, remark) => {
    const found = read(GOAL, 'text ours', 'unit active enabled', last, heals);
    expect(found.remarks).toEqual([expect.stringContaining(remark)]);
    expect(found.value).toBe(VALUE);
  });

  test.each([['unit inactive enabled'], ['unit active disabled'], ['unit failed enabled']])(
    'that does not run (%s) is drift',
    (unit) => expect(read(GOAL, 'text ours', unit, 'last 1 ok', 'heals 0').value).toBe(`stopped ${VALUE}`),
  );

  test('that is none counts as absent; of another version it is old, and goes with the tunnel', () => {
    expect(read('goal -', 'text other', 'unit inactive -', 'last -', 'heals 0')).toEqual({ remarks: [], healed: null });
    const old = read(GOAL, 'text other', 'unit active enabled', 'last 1 ok', 'heals 0');
    expect(old).toEqual({ remarks: [], healed: null, value: `old ${VALUE}` });
    expect(difference(ramp.record.objects, { 'keeper edge-p': old.value! }, {})).toEqual([
      expect.objectContaining({ verb: 'delete', object: 'keeper edge-p' }),
    ]);
  });

  test('that keeps something else ends before that changes, and begins after', () => {
    const flow = { from: 'flow cookie=0x999', to: 'flow cookie=0x998' };
    const to = VALUE.replace('0x999', '0x998');
    const [from, next] = [
      { [flow.from]: 'a', 'keeper edge-p': VALUE },
      { [flow.to]: 'a', 'keeper edge-p': to },
    ];
    const said = (objects: typeof ramp.record.objects, a: State, b: State): readonly string[] =>
      difference(objects, a, b).map(({ verb, object }) => `${verb} ${object}`);
    for (const [a, b] of [
      [from, next],
      [next, from],
    ] as const) {
      const lines = said(ramp.record.objects, a, b);
      expect([lines[0], lines.at(-1)]).toEqual(['delete keeper edge-p', 'create keeper edge-p']);
      expect(lines).toHaveLength(4);
    }
    const marked = { ...from, 'keeper edge-p': VALUE.replace('127.112.0.11', '127.112.0.12') };
    for (const other of [{ ...from, 'keeper edge-p': `stopped ${VALUE}` }, marked])
      expect(said(ramp.record.objects, other, from)).toEqual(['modify keeper edge-p']);
  });

  test.each([
    ['stopped on its way out', VALUE, undefined, `stopped ${VALUE}`, VALUE],
    ['installed and not started yet', undefined, VALUE, `stopped ${VALUE}`, undefined],
    ['that is half of another version', `old ${VALUE}`, VALUE, `old ${VALUE}`, VALUE],
    ['of another version, made anew', `old ${VALUE}`, VALUE, VALUE, VALUE],
    ['of another version, taken away', `old ${VALUE}`, undefined, undefined, VALUE],
  ])('%s is put back', (_what, from, to, now, back) => {
    const state = (value: string | undefined): State => (value === undefined ? {} : { 'keeper edge-p': value });
    const before = recordOperations(
      {},
      'x',
      state(from),
      difference(ramp.record.objects, state(from), state(to)),
      ramp.record.objects,
    );
    expect(recordedState(before, 'x', state(now))).toEqual({ goal: state(back), left: [] });
    expect(recordedState(before, 'x', state(back))).toEqual({ goal: state(back), left: [] });
  });

  test.each([
    ['once', 'heals 1 7 tun1 is down', { times: 1, repeated: false, secondsAgo: 7, what: 'tun1 is down' }],
    ['so often that it is repeated drift', 'heals 5 0 x', { times: 5, repeated: true, secondsAgo: 0, what: 'x' }],
  ])('that put something back %s tells how often, what, and when', (_, heals, healed) =>
    expect(read(GOAL, 'text ours', 'unit active enabled', 'last 1 ok', heals).healed).toEqual(healed),
  );

  test.each([[[]], [['arguments x', 'text ours', 'unit active enabled', 'last 1 ok']]])(
    '%j is not understood',
    (lines) => expect(() => read(...lines)).toThrow(NotUnderstood),
  );
});
