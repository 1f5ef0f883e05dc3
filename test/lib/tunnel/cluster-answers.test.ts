import { cluster } from '../../../lib/tunnel/cluster/device';
import type { ClusterFacts } from '../../../lib/tunnel/cluster/facts';
import type { Observation } from '../../../lib/tunnel/device/observation';
import { NotUnderstood } from '../../../lib/tunnel/errors/errors';
import { ADMIN, NODES, pair } from './cluster-site';
import { answerText, type Said, type Told } from './answer-text';

const [ONE, TWO] = NODES as [string, string, string];

describe('answers', () => {
  const subject = { name: ADMIN, spec: pair(), applied: null };
  const good: Readonly<Record<string, Told>> = {
    client: [['ipfailover cordon ', 'without --check-script'], 0],
    [`node ${ONE}`]: [['on'], 0],
    [`node ${TWO}`]: [['off'], 0],
    [`label ${ONE} f5rampnode`]: [['is true first -', 'claim edge-q -'], 0],
    [`label ${TWO} f5rampnode`]: [[], 0],
    'account f5ipfailover': [['is present'], 0],
    'scc f5ipfailover': [['claim edge-q granted'], 0],
    'ipfailover f5ipfailover': [[], 0],
    ipfailovers: [
      [
        'infra/near 10.9.9.9 10 ipfailover zone=a -',
        'infra/far 10.9.9.9 100 ipfailover - edge-x',
        'idle shop/near 10.9.9.9 10 robot - -',
        'idle shop/far ? ? robot - -',
      ],
      0,
    ],
  };
  const read = (changes: typeof good): Observation<ClusterFacts> =>
    cluster.read(
      answerText(Object.entries({ ...good, ...changes }).map(([question, said]): Said => [question, ...said])),
      subject,
    );

  test('are understood, and what has nothing to do with ours is passed over', () =>
    expect(read({})).toEqual({
      facts: {
        available: {},
        client: { ipfailover: true, lacks: ['--check-script'], cordon: true, manageNode: false },
        nodes: { [ONE]: 'on', [TWO]: 'off' },
        pods: {},
        claims: { [`label ${ONE} f5rampnode`]: { 'edge-q': '-' }, 'scc f5ipfailover': { 'edge-q': 'granted' } },
        failovers: [
          {
            project: 'infra',
            name: 'near',
            vips: '10.9.9.9',
            offset: 10,
            account: 'ipfailover',
            selector: 'zone=a',
            owner: null,
          },
        ],
        idle: [
          {
            project: 'shop',
            name: 'near',
            vips: '10.9.9.9',
            offset: 10,
            account: 'robot',
            selector: '-',
            owner: null,
          },
        ],
        unrestorable: {},
      },
      state: { [`label ${ONE} f5rampnode`]: 'is true first -', 'account f5ipfailover': 'is present' },
      probes: [],
    }));

  test('a node that is not there is none; anything else that goes wrong is not understood', () => {
    const gone: Told = [[], 1, 'Error from server (NotFound): nodes "ramp-2.example.com" not found'];
    expect(read({ [`node ${TWO}`]: gone, [`label ${TWO} f5rampnode`]: gone }).facts.nodes).toEqual({
      [ONE]: 'on',
    });
    expect(() =>
      read({ [`node ${TWO}`]: [[], 1, 'error: You must be logged in to the server (Unauthorized)'] }),
    ).toThrow(/would not tell of node ramp-2\.example\.com \(exit code 1\): error: You must be logged in/);
  });

  test('a server without DeploymentConfigs has no ipfailover objects', () => {
    const none: Told = [[], 1, 'error: the server doesn\'t have a resource type "dc"'];
    expect(read({ 'ipfailover f5ipfailover': none, ipfailovers: none }).facts.failovers).toEqual([]);
    expect(() => read({ 'account f5ipfailover': none })).toThrow(NotUnderstood);
  });

  test.each([
    [`node ${ONE}`, ['perhaps']],
    [`label ${ONE} f5rampnode`, ['true']],
    [`label ${ONE} f5rampnode`, ['is true first - last x']],
    ['scc f5ipfailover', ['claim edge-q']],
    ['ipfailovers', ['infra/near 10.9.9.9 10 ipfailover zone=a']],
    ['ipfailover f5ipfailover', ['strategy Rolling']],
  ])('foreign words for %s are not understood', (question, lines) =>
    expect(() => read({ [question]: [lines, 0] })).toThrow(NotUnderstood),
  );

  test('settings that could not be put back are told by name', () => {
    const lines = [
      'value vip 10.20.30.4 interface eth0 port 0 check other offset 0 replicas 2 account x selector f5rampnode=true',
      'strategy Rolling',
      'env OPENSHIFT_HA_CONFIG_NAME=f5ipfailover',
      'env OPENSHIFT_HA_REPLICA_COUNT=3',
      'env OPENSHIFT_HA_USE_UNICAST=true',
      'env OPENSHIFT_HA_PREEMPTION=preempt_delay 300',
      'env OPENSHIFT_HA_CHECK_INTERVAL=5',
      'env OPENSHIFT_HA_NOTIFY_SCRIPT=/etc/keepalive/notify.sh',
      'env OPENSHIFT_HA_CHECK_SCRIPT=/etc/keepalive/check.sh',
      'env PROXY=here',
    ];
    expect(read({ 'ipfailover f5ipfailover': [lines, 0] }).facts.unrestorable).toEqual({
      'ipfailover f5ipfailover':
        'strategy Rolling, OPENSHIFT_HA_USE_UNICAST true, OPENSHIFT_HA_CHECK_INTERVAL 5, OPENSHIFT_HA_NOTIFY_SCRIPT /etc/keepalive/notify.sh, OPENSHIFT_HA_CHECK_SCRIPT /etc/keepalive/check.sh, PROXY here',
    });
  });
});
