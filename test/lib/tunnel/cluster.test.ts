import { cluster } from '../../../lib/tunnel/cluster/device';
import { addresses } from '../../../lib/tunnel/cluster/pair';
import type { ClusterFacts } from '../../../lib/tunnel/cluster/facts';
import { difference } from '../../../lib/tunnel/device/difference';
import type { Observation } from '../../../lib/tunnel/device/observation';
import type { State } from '../../../lib/tunnel/device/operation';
import { Refused } from '../../../lib/tunnel/errors/errors';
import { recordedState, recordOperations } from '../../../lib/tunnel/plan/records';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { observed, type Model } from './cluster-model';
import { ADMIN, NODES, pair, single } from './cluster-site';
import { aim, reached } from './cluster-plans';

const [ONE, TWO] = NODES as [string, string, string];

const EMPTY: Model = { things: {}, failovers: {} };

function looked(model: Model, facts: Partial<ClusterFacts> = {}, spec = pair()): Observation<ClusterFacts> {
  const found = observed(model, spec, null);
  return { ...found, facts: { ...found.facts, ...facts } };
}

function desired(
  facts: Partial<ClusterFacts>,
  spec = pair(),
  model = EMPTY,
  applied: Tunnel | null = null,
): () => State {
  return () => cluster.desired({ name: ADMIN, spec, applied, original: {} }, looked(model, facts, spec));
}

const theirs = {
  project: 'infra',
  name: 'theirs',
  vips: '10.9.9.9',
  offset: 100,
  account: 'ipfailover',
  selector: 'zone=a',
  owner: null,
};

describe('refused before the first change', () => {
  const on = { [ONE]: 'on', [TWO]: 'on' } as const;

  test('a client without oc adm ipfailover', () => {
    const client = { ipfailover: false, lacks: [], cordon: true, manageNode: false };
    expect(desired({ client })).toThrow(Refused);
    expect(desired({ client })).toThrow(
      /^cluster of mi-\S+: its client has no "oc adm ipfailover" .* declare one ramp node$/,
    );
    expect(desired({ client }, single())).not.toThrow();
  });

  test('a node that the cluster does not have', () =>
    expect(desired({ nodes: { [ONE]: 'on' } })).toThrow(/has no node ramp-2\.example\.com: declare/));

  test('a cordoned node of a pair, but not one that this tunnel cordoned itself', () => {
    expect(desired({ nodes: { ...on, [TWO]: 'off' } })).toThrow(/node ramp-2\.example\.com is unschedulable/);
    const cordoned = reached('desired', EMPTY, single());
    const end = aim('desired', cordoned, pair(), single());
    expect(end[`scheduling ${ONE}`]).toBe('is on');
    const before: Model = { ...EMPTY, things: { [`scheduling ${ONE}`]: { is: 'off', claims: {} } } };
    const still = reached('desired', before, single());
    expect(() => aim('desired', still, pair(), single())).toThrow(/is unschedulable/);
  });

  test('scheduling to be changed by a client that cannot', () => {
    const client = { ipfailover: true, lacks: [], cordon: false, manageNode: false };
    expect(desired({ client }, single())).toThrow(/neither "oc adm cordon" nor "oc adm manage-node".*unschedulable:/);
    expect(desired({ client }, single(true))).not.toThrow();
    const off: Model = { ...EMPTY, things: { [`scheduling ${ONE}`]: { is: 'off', claims: { 'edge-p': 'off' } } } };
    expect(desired({ client }, single(), off)).not.toThrow();
  });

  test.each([
    ['one id', { offset: 10 }, /infra\/theirs uses VRRP id 11, and this tunnel's would be 11: declare/],
    ['a list', { offset: 8, vips: '10.9.9.1,10.9.9.7,10.9.9.9' }, /uses VRRP ids 9 to 11/],
    ['a range', { offset: 7, vips: '10.1.1.20-24' }, /uses VRRP ids 8 to 12/],
    [
      'our virtual IP',
      { vips: '10.20.30.2-5' },
      /infra\/theirs already has the virtual IP 10\.20\.30\.4: remove it there/,
    ],
    [
      'our virtual IP and label, that could be ours',
      { project: 'default', vips: '10.20.30.4', selector: 'f5rampnode=true' },
      /default\/theirs already has the virtual IP 10\.20\.30\.4: declare ipfailover\.name: theirs to have it adopted, or remove/,
    ],
  ])('another ipfailover object with %s', (_what, changes, message) =>
    expect(desired({ failovers: [{ ...theirs, ...changes }] })).toThrow(message),
  );

  test('not ids next to ours', () =>
    expect(
      desired({
        failovers: [
          { ...theirs, offset: 5, vips: '10.1.1.20-24' },
          { ...theirs, offset: 11 },
        ],
      }),
    ).not.toThrow());

  const value =
    'vip 10.20.30.4 interface eth0 port 0 check none offset 0 replicas 2 account x selector f5rampnode=true';
  test.each([
    ["another tunnel's", `${value} owner edge-ramp:edge-x`],
    ['of another virtual IP', value.replace('10.20.30.4', '10.20.30.9')],
    ['on another interface', value.replace('eth0', 'eth1')],
    ['on other nodes', value.replace('f5rampnode', 'zone')],
  ])('an object under our name that is %s', (_what, found) => {
    const model = { ...EMPTY, failovers: { f5ipfailover: found } };
    expect(desired({}, pair(), model)).toThrow(/already has an ipfailover f5ipfailover in project default that is not/);
    // A teardown leaves it, and says so.
    const look = looked(model);
    expect(aim('absent', model, pair(), null)).toEqual({ 'ipfailover f5ipfailover': found });
    expect(cluster.remarks({ name: ADMIN, spec: pair(), applied: null, original: {} }, look, [])).toEqual([
      expect.stringContaining("is not this tunnel's and stays as it is"),
    ]);
  });

  test('nothing of this stands against a teardown', () => {
    const facts = {
      client: { ipfailover: false, lacks: [], cordon: false, manageNode: false },
      nodes: {},
      failovers: [{ ...theirs, offset: 10, vips: '10.20.30.4' }],
    };
    const model = reached('desired', EMPTY, pair());
    const wanted = { name: ADMIN, spec: pair(), applied: pair(), original: {} };
    expect(cluster.absent(wanted, looked(model, facts))).toEqual({});
  });
});

describe('what others use stays', () => {
  const standing = reached('desired', EMPTY, pair());
  const wanted = { name: ADMIN, spec: pair(), applied: pair(), original: {} };
  const after = (facts: Partial<ClusterFacts>): State => cluster.absent(wanted, looked(standing, facts));
  const account = 'account f5ipfailover';

  test('an account that a foreign ipfailover object of the same project runs as', () => {
    const other = { ...theirs, project: 'default', account: 'f5ipfailover' };
    expect(after({ failovers: [other] })).toEqual({ [account]: 'is present', 'scc f5ipfailover': 'is granted' });
    expect(after({ failovers: [{ ...other, project: 'infra' }] })).toEqual({});
  });

  test('a label by which a foreign ipfailover object of any project selects', () =>
    expect(after({ failovers: [{ ...theirs, selector: 'a=b,f5rampnode=true' }] })).toEqual({
      [`label ${ONE} f5rampnode`]: 'is true',
      [`label ${TWO} f5rampnode`]: 'is true',
    }));

  test("but another tunnel's object counts by its claims alone: they say which nodes it is for", () =>
    expect(after({ failovers: [{ ...theirs, selector: 'f5rampnode=true', owner: 'edge-q' }] })).toEqual({}));

  test('an SCC whose account another tunnel claims', () => {
    const claims = { [account]: { 'edge-q': '-' } };
    const look = looked(standing, { claims });
    const aimed = cluster.absent(wanted, look);
    expect(aimed).toEqual({ [account]: 'is present', 'scc f5ipfailover': 'is granted' });
    const operations = difference(cluster.record.objects, look.state, aimed);
    expect(cluster.remarks(wanted, look, operations)).toEqual([
      `cluster of ${ADMIN}: account f5ipfailover stays: tunnel edge-q uses it too`,
      `cluster of ${ADMIN}: scc f5ipfailover stays: tunnel edge-q uses it too`,
    ]);
  });

  test('the label of a node that this tunnel left: the plan says what that means', () => {
    const spec = pair({}, [1, 3]);
    const moved = { name: ADMIN, spec, applied: pair(), original: {} };
    const label = `label ${TWO} f5rampnode`;
    const found = observed(standing, spec, pair());
    const look = { ...found, facts: { ...found.facts, claims: { [label]: { 'edge-q': '-' } } } };
    const operations = difference(cluster.record.objects, look.state, cluster.desired(moved, look));
    expect(operations.map((operation) => cluster.interrupts(operation))).toEqual([undefined, undefined]);
    expect(cluster.remarks(moved, look, operations)).toEqual([
      `cluster of ${ADMIN}: ${label} stays: tunnel edge-q uses it too; until that ends, the virtual IP may move to this node, which has no tunnel any more`,
    ]);
  });

  test.each([
    ['another tunnel came', '-', 'is true', 'is true first -'],
    ['the other one went', '-', '-', 'is true first -'],
    ['somebody took it', '-', 'is no', undefined],
  ])('and when a claim goes and %s since the plan, a restore makes it again', (_, first, now, back) => {
    const object = `label ${ONE} f5rampnode`;
    const from = `is true first ${first}`;
    const operation = { stage: 'shape', verb: 'modify', object, from, to: 'is true' } as const;
    const before = recordOperations({}, ADMIN, { [object]: from }, [operation], cluster.record.objects);
    const state: State = now === '-' ? {} : { [object]: now };
    const { goal, left } = recordedState(before, ADMIN, state);
    expect([goal[object], left]).toEqual(back === undefined ? [now, [object]] : [back, []]);
  });

  test.each([
    [
      'a label that was claimed and not yet set',
      `label ${ONE} f5rampnode`,
      undefined,
      'is true first -',
      'is - first -',
    ],
    ['a claim that was to go with its label', `label ${ONE} f5rampnode`, 'is true first -', undefined, 'is - first -'],
    [
      'an object without its mark',
      'ipfailover f5',
      undefined,
      'vip 10.20.30.4 owner edge-ramp:edge-p',
      'vip 10.20.30.4',
    ],
  ])('what a script that was cut off left is taken back: %s', (_, object, from, to, now) => {
    const found: State = from === undefined ? {} : { [object]: from };
    const operations = difference(cluster.record.objects, found, to === undefined ? {} : { [object]: to });
    const before = recordOperations({}, ADMIN, found, operations, cluster.record.objects);
    expect(recordedState(before, ADMIN, { [object]: now })).toEqual({ goal: found, left: [] });
  });

  test('what somebody made of it since', () => {
    const object = `label ${ONE} f5rampnode`;
    const changed = { ...standing.things, [object]: { is: 'no', claims: { 'edge-p': '-' } } };
    expect(aim('absent', { ...standing, things: changed }, pair(), pair())).toEqual({ [object]: 'is no' });
  });
});

describe('order, interruptions and words', () => {
  const published = {
    vip: 'vip 10.20.30.4 interface eth0 port 0 check none offset 0 replicas 2 account f5ipfailover selector f5rampnode=true',
  };
  const plan = (model: Model, spec: Tunnel, applied: Tunnel | null): readonly string[] => {
    const { state } = observed(model, spec, applied);
    return difference(cluster.record.objects, state, aim('desired', model, spec, applied)).map((operation) => {
      const why = cluster.interrupts(operation);
      return `${cluster.describe(operation)}${why === undefined ? '' : ` (${why})`}`;
    });
  };

  test('an adopted object without check is replaced, and the plan says what that costs', () => {
    const model = { ...EMPTY, failovers: { f5ipfailover: published.vip } };
    expect(plan(model, pair(), null).slice(4)).toEqual([
      "- ipfailover f5ipfailover: virtual IP 10.20.30.4 on eth0, VRRP id 1, no health check, no tunnel's mark (the virtual IP goes away until a replacement is in place: connections through it are cut)",
      '+ ipfailover f5ipfailover: virtual IP 10.20.30.4 on eth0, VRRP id 11, health check',
    ]);
    const look = observed(model, pair(), null);
    const operations = difference(cluster.record.objects, look.state, aim('desired', model, pair(), null));
    expect(cluster.remarks({ name: ADMIN, spec: pair(), applied: null, original: {} }, look, operations)).toEqual([
      expect.stringContaining('as the published procedure makes it, and is adopted'),
      expect.stringContaining("is made anew, with the client's own image"),
    ]);
  });

  test('the mark alone is a change that cuts nothing', () => {
    const whole = reached('desired', EMPTY, pair()).failovers['f5ipfailover']!.replace(/ owner .*/, '');
    const model = { ...reached('desired', EMPTY, pair()), failovers: { f5ipfailover: whole } };
    expect(plan(model, pair(), null)).toEqual(["~ ipfailover f5ipfailover: marked as this tunnel's"]);
  });

  test('a node that leaves loses its label after the new one has it, and may take the virtual IP with it', () =>
    expect(plan(reached('desired', EMPTY, pair()), pair({}, [1, 3]), pair())).toEqual([
      '+ label f5rampnode=true on node ramp-3.example.com',
      '- label f5rampnode=true on node ramp-2.example.com (if node ramp-2.example.com holds the virtual IP, that moves: connections through it are cut)',
    ]));

  test('a pair that becomes one cordoned node', () =>
    expect(plan(reached('desired', EMPTY, pair()), single(), pair())).toEqual([
      '~ node ramp-1.example.com: unschedulable (was schedulable)',
      expect.stringMatching(/^- ipfailover f5ipfailover: .*health check \(the virtual IP goes away/),
      '- privileged SCC for service account default/f5ipfailover',
      '- service account default/f5ipfailover',
      expect.stringMatching(/^- label f5rampnode=true on node ramp-1/),
      expect.stringMatching(/^- label f5rampnode=true on node ramp-2/),
    ]));

  test('claims in words', () => {
    const things = {
      [`label ${ONE} f5rampnode`]: { is: 'yes', claims: {} },
      [`label ${TWO} f5rampnode`]: { is: 'true', claims: { 'edge-q': '-' } },
    };
    expect(plan({ ...EMPTY, things }, pair(), null).slice(0, 2)).toEqual([
      '~ label f5rampnode=true on node ramp-1.example.com (was f5rampnode=yes)',
      '~ label f5rampnode=true on node ramp-2.example.com: used by this tunnel',
    ]);
  });

  test('address lists', () => {
    expect(addresses('10.1.1.20-22,10.1.2.9')).toEqual(['10.1.1.20', '10.1.1.21', '10.1.1.22', '10.1.2.9']);
    expect(addresses('10.1.1.254-10.1.2.1')).toEqual(['10.1.1.254', '10.1.1.255', '10.1.2.0', '10.1.2.1']);
    expect(addresses('0.0.0.0-255.255.255.255')).toHaveLength(256);
    expect(addresses('10.1.1.9-3')).toEqual([]);
    expect(addresses('-')).toEqual([]);
  });

  test('nothing here proves a tunnel, nothing is waited for, and no original is kept', () => {
    const subject = { name: ADMIN, spec: pair(), applied: null };
    expect(cluster.proofs(subject)).toEqual([]);
    expect(cluster.prove('', subject)).toEqual([]);
    expect(cluster.drains(pair(), {}, [])).toEqual([]);
    expect(cluster.originals({ ...subject, original: {} }, looked(EMPTY))).toEqual({});
  });
});
