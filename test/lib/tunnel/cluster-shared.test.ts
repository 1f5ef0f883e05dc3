import { carryOut } from './cluster-scripts';
import { ClusterSite, appliedCluster, config, freshCluster, pair, single } from './cluster-site';
import { ONE, TWO, EDGE_P, labelled } from './cluster-nodes';

describe('a Pod that does not end on a node that leaves', () => {
  const faults = [{ command: 'delete pod', seconds: 3 }];
  const operation = `delete~label ${TWO} f5rampnode~is true first -~-`;
  /** The label goes while the Pod stays. */
  function leave(dead: boolean): ReturnType<typeof carryOut> {
    const site = new ClusterSite(pair(), freshCluster());
    site.go();
    const { world } = site;
    const nodes = { ...world.nodes, [TWO]: { ...world.nodes[TWO]!, dead } };
    return carryOut({ ...world, nodes, faults }, [operation], { ...EDGE_P, limits: { removal: 1 } });
  }

  test('keeps nobody from going on when the node is dead', () => {
    const { code, world } = leave(true);
    expect([code, world.nodes[TWO]!.annotations]).toEqual([0, freshCluster().nodes[TWO]!.annotations]);
  });

  test('is waited for where the node lives', () => {
    const { code, said } = leave(false);
    expect(code).toBe(23);
    expect(said).toContain('oc delete pod -n default f5ipfailover-1-ramp-2 did not end within 1 s');
  });
});

describe('shared things', () => {
  const label = `label ${ONE} f5rampnode`;
  const claims = { 'edge-ramp/edge-p.label.f5rampnode': '-', 'edge-ramp/edge-q.label.f5rampnode': '-' };

  test.each([
    [`create~${label}~-~is true first -`, labelled([ONE]), 'is true'],
    [`modify~${label}~is yes~is true first yes`, freshCluster().nodes, '-'],
    [`delete~${label}~is true first -~-`, labelled([ONE]), 'is true'],
  ])('are not touched when they changed since the plan: %s', (operation, nodes, now) => {
    const { code, said, changes } = carryOut(freshCluster({ nodes }), [operation], EDGE_P);
    expect([code, changes]).toEqual([22, []]);
    expect(said).toMatch(new RegExp(`^edge-ramp: label ${ONE} f5rampnode is "${now}" now, not ".*" as it was`));
  });

  test('what is done already is not done again', () => {
    const world = freshCluster({ nodes: labelled([ONE], { 'edge-ramp/edge-p.label.f5rampnode': '-' }) });
    expect(carryOut(world, [`create~${label}~-~is true first -`], EDGE_P).changes).toEqual([]);
  });

  test('a script that is cut off between claim and change loses nothing', () => {
    const site = new ClusterSite(pair());
    const faults = [{ command: `label node ${TWO}`, code: 1, said: 'Error from server (Timeout): try again' }];
    site.world = { ...site.world, faults };
    const { code, said } = site.send(site.plan());
    expect(code).toBe(20);
    expect(said).toContain(`label node ${TWO} f5rampnode=true --overwrite answered (exit code 1): Error from server`);
    expect(site.observe().state).toEqual({
      [label]: 'is true first -',
      [`label ${TWO} f5rampnode`]: 'is - first -',
    });
    expect(site.describe('absent')).toEqual([
      expect.stringMatching(`^- label .* on node ${ONE}`),
      `~ label f5rampnode on node ${TWO}: no longer used by this tunnel`,
    ]);
  });

  test('cut off between change and the end of the claim, too', () => {
    const site = new ClusterSite(single());
    site.go();
    const faults = [{ command: `annotate node ${ONE}`, code: 1, said: 'no' }];
    site.world = { ...site.world, faults };
    expect(site.send(site.plan('absent')).code).toBe(20);
    expect(site.observe().state).toEqual({ [`scheduling ${ONE}`]: 'is on first on' });
    site.world = { ...site.world, faults: [] };
    site.go('absent');
    expect(site.world).toEqual({ ...freshCluster(), faults: [] });
  });

  test('another tunnel that came since the plan keeps what this one would have taken', () => {
    const world = freshCluster({ nodes: labelled([ONE], claims) });
    const { changes } = carryOut(world, [`delete~${label}~is true first -~-`], EDGE_P);
    expect(changes).toEqual([`annotate node ${ONE} edge-ramp/edge-p.label.f5rampnode-`]);
  });

  test('another tunnel that made the same since the plan is joined, not overwritten', () => {
    const nodes = labelled([ONE], { 'edge-ramp/edge-q.label.f5rampnode': '-' });
    const accounts = { f5ipfailover: { 'edge-ramp/edge-q.account': '-' } };
    const operations = [`create~${label}~-~is true first -`, 'create~account f5ipfailover~-~is present first -'];
    expect(carryOut(freshCluster({ nodes, accounts }), operations, EDGE_P).changes).toEqual([
      `annotate node ${ONE} edge-ramp/edge-p.label.f5rampnode=- --overwrite`,
      'annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.account=- --overwrite',
    ]);
    const other = labelled([ONE], { 'edge-ramp/edge-q.label.f5rampnode': 'yes' });
    expect(carryOut(freshCluster({ nodes: other }), operations, EDGE_P).code).toBe(22);
  });

  test('another tunnel that left since the plan leaves the rest to this one', () => {
    const world = freshCluster({ nodes: labelled([ONE], { 'edge-ramp/edge-p.label.f5rampnode': '-' }) });
    const { changes } = carryOut(world, [`modify~${label}~is true first -~is true`], EDGE_P);
    expect(changes).toEqual([
      `label node ${ONE} f5rampnode-`,
      `annotate node ${ONE} edge-ramp/edge-p.label.f5rampnode-`,
    ]);
  });

  test('two tunnels torn down at the same time leave nothing behind', () => {
    const second = pair({
      name: 'edge-q',
      ramp: { ...pair().ramp, vip: '10.20.30.5' },
      ipfailover: { name: 'f5second', vrrpIdOffset: 20 },
    });
    const [one, two] = [new ClusterSite(pair(), appliedCluster()), new ClusterSite(second, appliedCluster())];
    for (const name of [ONE, TWO]) one.world.nodes[name]!.annotations['edge-ramp/edge-q.label.f5rampnode'] = '-';
    Object.assign(one.world.accounts['f5ipfailover']!, {
      'edge-ramp/edge-q.account': '-',
      'edge-ramp/edge-q.scc': '-',
    });
    two.world = one.world;
    const plans = [one.plan('absent'), two.plan('absent')] as const;
    one.send(plans[0]);
    two.world = one.world;
    expect(two.send(plans[1]).code).toBe(0);
    expect(two.world).toEqual(freshCluster());
  });

  test('an account that a foreign object runs as stays, also when it came after the plan', () => {
    const accounts = { f5ipfailover: { 'edge-ramp/edge-p.account': '-' } };
    const dcs = [config({ name: 'theirs', selector: {} })];
    const operation = 'delete~account f5ipfailover~is present first -~-';
    expect(carryOut(freshCluster({ accounts, dcs }), [operation], EDGE_P).changes).toEqual([
      'annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.account-',
    ]);
    const elsewhere = [config({ name: 'theirs', selector: {}, project: 'infra' })];
    expect(carryOut(freshCluster({ accounts, dcs: elsewhere }), [operation], EDGE_P).changes).toEqual([
      'delete serviceaccount f5ipfailover -n default',
    ]);
  });

  test('whether others use it cannot be asked: nothing is taken away', () => {
    const faults = [{ command: 'get dc', code: 1, said: 'Error from server (Forbidden): no' }];
    const world = freshCluster({ nodes: labelled([ONE], { 'edge-ramp/edge-p.label.f5rampnode': '-' }), faults });
    const { code, said, changes } = carryOut(world, [`delete~${label}~is true first -~-`], EDGE_P);
    expect([code, changes]).toEqual([20, []]);
    expect(said).toContain('oc get dc answered (exit code 1): Error from server (Forbidden)');
  });

  test('an unknown operation is refused, and nothing after it is done', () => {
    const operations = [`create~weather ${ONE}~-~is fine`, `create~${label}~-~is true first -`];
    const { code, said, changes } = carryOut(freshCluster(), operations, EDGE_P);
    expect([code, said, changes]).toEqual([10, 'edge-ramp: unknown operation: create weather\n', []]);
  });
});
