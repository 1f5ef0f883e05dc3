import { refuseUnrestorable, wire } from '../../../lib/tunnel/device/operation';
import { carryOut, type FakeCluster } from './cluster-scripts';
import {
  ClusterSite,
  appliedCluster,
  NODES,
  config,
  freshCluster,
  pair,
  publishedCluster,
  single,
} from './cluster-site';
import { ONE, TWO, THREE, EDGE_P, labelled } from './cluster-nodes';

const CHECK = `--check-script=/bin/bash -c 'grep -qx .*127.112.0.11 /proc/net/fib_trie && exit 1 || exit 0'`;

const CREATE = [
  'adm ipfailover f5ipfailover -n default --virtual-ips=10.20.30.4 --interface=eth0 --watch-port=0',
  `${CHECK} --check-interval=2`,
  '--replicas=2 --service-account=f5ipfailover --selector=f5rampnode=true --vrrp-id-offset=10',
].join(' ');

const MADE =
  'vip 10.20.30.4 interface eth0 port 0 check 127.112.0.11 offset 10 replicas 2 account f5ipfailover selector f5rampnode=true';

const USER = 'system:serviceaccount:default:f5ipfailover';

const EVERYTHING = [
  `annotate node ${ONE} edge-ramp/edge-p.label.f5rampnode=- --overwrite`,
  `label node ${ONE} f5rampnode=true --overwrite`,
  `annotate node ${TWO} edge-ramp/edge-p.label.f5rampnode=- --overwrite`,
  `label node ${TWO} f5rampnode=true --overwrite`,
  'create serviceaccount f5ipfailover -n default',
  'annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.account=- --overwrite',
  'annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.scc=- --overwrite',
  `adm policy add-scc-to-user privileged ${USER}`,
  CREATE,
  'annotate dc f5ipfailover -n default edge-ramp/tunnel=edge-p --overwrite',
  'rollout status dc/f5ipfailover -n default',
];

describe('a pair', () => {
  test('on a fresh cluster is built, claims first, and taken down again', () => {
    const site = new ClusterSite(pair());
    expect(site.go().changes).toEqual(EVERYTHING);
    expect(site.world).toEqual(appliedCluster());
    expect(site.go('absent').changes).toEqual([
      'delete dc f5ipfailover -n default',
      `adm policy remove-scc-from-user privileged ${USER}`,
      'annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.scc-',
      'delete serviceaccount f5ipfailover -n default',
      `label node ${ONE} f5rampnode-`,
      `annotate node ${ONE} edge-ramp/edge-p.label.f5rampnode-`,
      `label node ${TWO} f5rampnode-`,
      `annotate node ${TWO} edge-ramp/edge-p.label.f5rampnode-`,
    ]);
    expect(site.world).toEqual(freshCluster());
  });

  test('after the published procedure is adopted; labels, account and SCC survive the tunnel', () => {
    const site = new ClusterSite(pair(), publishedCluster());
    expect(site.go().changes).toEqual([
      ...NODES.slice(0, 2).map((name) => `annotate node ${name} edge-ramp/edge-p.label.f5rampnode=true --overwrite`),
      'annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.account=present --overwrite',
      'annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.scc=granted --overwrite',
      'delete dc f5ipfailover -n default',
      ...EVERYTHING.slice(8),
    ]);
    site.go('absent');
    expect(site.world).toEqual({ ...publishedCluster(), dcs: [] });
  });
});

describe.each([false, true])('where maps print as JSON: %s', (json) => {
  test('an applied pair is read as such', () =>
    expect(new ClusterSite(pair(), { ...appliedCluster(), json }).plan()).toEqual([]));

  test('claims are told from copies of them in other annotations, empty labels from none', () => {
    const copy = '{"metadata":{"annotations":{"edge-ramp/edge-p.label.f5rampnode":"old"}}}\n';
    const nodes = labelled([ONE], {
      'edge-ramp/edge-q.label.f5rampnode': '-',
      'kubectl.kubernetes.io/last-applied-configuration': copy,
    });
    nodes[TWO]!.labels = { a: 'b', f5rampnode: '', z: 'y' };
    const { facts, state } = new ClusterSite(pair(), freshCluster({ json, nodes })).observe();
    expect(state).toEqual({ [`label ${ONE} f5rampnode`]: 'is true', [`label ${TWO} f5rampnode`]: 'is =' });
    expect(facts.claims).toEqual({ [`label ${ONE} f5rampnode`]: { 'edge-q': '-' } });
  });
});

describe('scheduling', () => {
  test.each([
    [['cordon', 'manage-node'], `adm cordon ${ONE}`, `adm uncordon ${ONE}`],
    [['manage-node'], `adm manage-node ${ONE} --schedulable=false`, `adm manage-node ${ONE} --schedulable=true`],
  ])('with a client that has %s', (client, off, on) => {
    const site = new ClusterSite(single(), freshCluster({ client }));
    const annotation = 'edge-ramp/edge-p.scheduling';
    expect(site.go().changes).toEqual([`annotate node ${ONE} ${annotation}=on --overwrite`, off]);
    expect(site.plan()).toEqual([]);
    expect(site.go('absent').changes).toEqual([on, `annotate node ${ONE} ${annotation}-`]);
    expect(site.world).toEqual(freshCluster({ client }));
  });

  test('a node that was cordoned before stays so', () => {
    const site = new ClusterSite(single());
    site.world.nodes[ONE]!.off = true;
    site.go();
    expect(site.go('absent').changes).toEqual([`annotate node ${ONE} edge-ramp/edge-p.scheduling-`]);
    expect(site.world.nodes[ONE]!.off).toBe(true);
  });

  test('without DeploymentConfigs, as on OpenShift 4: a cordoned node needs none, a pair is refused', () => {
    const said = 'error: the server doesn\'t have a resource type "dc"';
    const world = freshCluster({ client: ['cordon'], json: true, faults: [{ command: 'get dc', code: 1, said }] });
    new ClusterSite(single(), world).go();
    expect(() => new ClusterSite(pair(), world).plan()).toThrow(/a pair is not supported there; declare one ramp node/);
  });
});

describe('the ipfailover object', () => {
  const standing = (): ClusterSite => {
    const site = new ClusterSite(pair(), appliedCluster());
    site.applied = pair();
    return site;
  };
  const create = (world: FakeCluster) => carryOut(world, [`create~ipfailover f5ipfailover~-~${MADE}`], EDGE_P);

  test('exit code 1 although it worked: the object decides', () => {
    // The account is there before, so the real command exits 1 every time.
    const world = publishedCluster({ dcs: [] });
    const { code, said, changes } = create(world);
    expect([code, said]).toEqual([0, '']);
    expect(changes).toEqual([CREATE, 'rollout status dc/f5ipfailover -n default']);
  });

  test('nothing was made: its own words are the reason', () => {
    const { code, said } = create(freshCluster());
    expect(code).toBe(20);
    expect(said).toBe(
      'edge-ramp: oc adm ipfailover f5ipfailover made nothing: error: ipfailover could not be created; service account "f5ipfailover" does not have sufficient privileges, grant access with: oc adm policy add-scc-to-user privileged -z f5ipfailover\n',
    );
  });

  test('one that stands there meanwhile is left alone', () => {
    const { code, said, changes } = create(publishedCluster());
    expect(code).toBe(22);
    expect(said).toMatch(/^edge-ramp: ipfailover f5ipfailover is "vip .* check none offset 0 .*" now, not "vip /);
    expect(changes).toEqual([]);
  });

  test('one that was made by a script that was then cut off is only marked', () => {
    const site = standing();
    const dcs = site.world.dcs.map((each) => ({ ...each, annotations: {} }));
    const operation = `create~ipfailover f5ipfailover~-~${MADE} owner edge-ramp:edge-p`;
    const { code, changes } = carryOut({ ...site.world, dcs }, [operation], EDGE_P);
    expect([code, changes]).toEqual([0, EVERYTHING.slice(9)]);
  });

  test.each([
    ['takes too long', { seconds: 3 }, 'did not roll out (within 1 s)'],
    [
      'fails',
      { code: 1, said: 'error: replication controller "f5ipfailover-1" has failed' },
      'did not roll out (exit code 1)',
    ],
  ])('a rollout that %s', (_what, fault, sentence) => {
    const world = publishedCluster({ dcs: [], available: 0, faults: [{ command: 'rollout status', ...fault }] });
    const run = { ...EDGE_P, limits: { rollout: 1 } };
    const { code, said } = carryOut(world, [`create~ipfailover f5ipfailover~-~${MADE}`], run);
    expect(code).toBe(20);
    expect(said).toContain(`ipfailover f5ipfailover ${sentence}; "oc describe dc/f5ipfailover -n default"`);
  });

  test('a rollout of which one Pod runs is enough: the other node may be away', () => {
    const faults = [{ command: 'rollout status', code: 1, said: 'error: timed out' }];
    const world = publishedCluster({ dcs: [], available: 1, faults });
    const { code } = carryOut(world, [`create~ipfailover f5ipfailover~-~${MADE}`], EDGE_P);
    expect(code).toBe(0);
  });

  test('an adopted one is put back without its check, offset and mark when the run is taken back', () => {
    const world = publishedCluster();
    world.dcs = [config({ account: 'f5ipfailover' }, { VRRP_ID_OFFSET: '3', MONITOR_PORT: '80' })];
    const site = new ClusterSite(pair(), world);
    const { state } = site.observe();
    site.go();
    expect(site.go(state).changes[1]).toBe(
      'adm ipfailover f5ipfailover -n default --virtual-ips=10.20.30.4 --interface=eth0 --watch-port=80 --replicas=2 --service-account=f5ipfailover --selector=f5rampnode=true --vrrp-id-offset=3',
    );
    expect(site.world).toEqual(world);
  });

  test('the mark alone: no rollout', () => {
    const site = standing();
    site.world.dcs = site.world.dcs.map((each) => ({ ...each, annotations: {} }));
    const { state } = site.observe();
    expect(site.go().changes).toEqual(['annotate dc f5ipfailover -n default edge-ramp/tunnel=edge-p --overwrite']);
    expect(site.go(state).changes).toEqual(['annotate dc f5ipfailover -n default edge-ramp/tunnel-']);
  });

  test.each(['modify', 'delete'])('is not touched when it changed since the plan: %s', (verb) => {
    const site = standing();
    const to = verb === 'delete' ? '-' : MADE;
    site.world.dcs = [config({ annotations: { 'edge-ramp/tunnel': 'edge-p' } })];
    const operation = `${verb}~ipfailover f5ipfailover~${MADE} owner edge-ramp:edge-p~${to}`;
    const { code, said, changes } = carryOut(site.world, [operation], EDGE_P);
    expect([code, changes]).toEqual([22, []]);
    expect(said).toMatch(/ipfailover f5ipfailover is "vip .* owner edge-ramp:edge-p" now/);
  });

  test('settings by hand that could not be put back', () => {
    const site = new ClusterSite(pair(), publishedCluster());
    site.world.dcs = [config({}, { CHECK_SCRIPT: '/etc/check.sh', NOTIFY_SCRIPT: '/etc/notify.sh' })];
    const { facts, state } = site.observe();
    expect(state['ipfailover f5ipfailover']).toContain(' check other ');
    expect(() => refuseUnrestorable('cluster', facts.unrestorable, site.plan())).toThrow(
      /OPENSHIFT_HA_CHECK_SCRIPT \/etc\/check\.sh/,
    );
  });

  test('a node that leaves loses the Pod too, for every object that selects by the label', () => {
    const site = standing();
    const second = config(
      { name: 'f5second', annotations: { 'edge-ramp/tunnel': 'edge-q' } },
      { VRRP_ID_OFFSET: '40', VIRTUAL_IPS: '10.20.30.5' },
    );
    site.world.dcs = [
      ...site.world.dcs,
      second,
      config({ name: 'aside', selector: { zone: 'a' } }, { VRRP_ID_OFFSET: '50', VIRTUAL_IPS: '10.20.30.6' }),
      config(
        { name: 'alike', selector: { 'my-f5rampnode': 'true' } },
        { VRRP_ID_OFFSET: '60', VIRTUAL_IPS: '10.20.30.7' },
      ),
    ];
    site.spec = pair({}, [1, 3]);
    expect(site.go().changes).toEqual([
      `annotate node ${THREE} edge-ramp/edge-p.label.f5rampnode=- --overwrite`,
      `label node ${THREE} f5rampnode=true --overwrite`,
      `label node ${TWO} f5rampnode-`,
      'delete pod -n default f5ipfailover-1-ramp-2',
      'delete pod -n default f5second-1-ramp-2',
      `annotate node ${TWO} edge-ramp/edge-p.label.f5rampnode-`,
    ]);
  });
});

describe('printing', () => {
  const shown = (operations: readonly string[]): readonly string[] => {
    const { code, out, changes, said } = carryOut(freshCluster(), operations, { ...EDGE_P, print: true });
    expect([code, said, changes]).toEqual([0, '', []]);
    return out.trimEnd().split('\n').slice(0, -1);
  };
  const login = 'oc --config /etc/origin/master/admin.kubeconfig';

  test('every command, with nothing done and nothing asked', () =>
    expect(shown(new ClusterSite(pair()).plan().map(wire))).toEqual(
      EVERYTHING.map((line) => `${login} ${line.replace(CHECK, `"${CHECK}"`)}`),
    ));

  test('of a teardown and of a node that leaves', () => {
    const site = new ClusterSite(pair(), appliedCluster());
    expect(shown(site.plan('absent').map(wire)).slice(0, 6)).toEqual([
      `${login} delete dc f5ipfailover -n default`,
      `${login} adm policy remove-scc-from-user privileged ${USER}`,
      `${login} annotate serviceaccount f5ipfailover -n default edge-ramp/edge-p.scc-`,
      `${login} delete serviceaccount f5ipfailover -n default`,
      `${login} label node ${ONE} f5rampnode-`,
      `${login} delete pod -n default POD # POD: on ${ONE}, of each ipfailover object that selects f5rampnode=true`,
    ]);
    expect(shown(new ClusterSite(single()).plan().map(wire))).toEqual([
      `${login} annotate node ${ONE} edge-ramp/edge-p.scheduling=on --overwrite`,
      `${login} adm cordon ${ONE}`,
    ]);
  });
});
