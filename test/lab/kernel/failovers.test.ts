import { join, newCluster, schedule, type Cluster } from '../../../lab/hosts/cluster/cluster';
import { failoversOf } from '../../../lab/kernel/failovers';

const FIRST = 'mi-0a4e90b20a4e90b20';
const SECOND = 'mi-0a4e90b30a4e90b30';

/** Two nodes with an ipfailover object of two Pods. */
function floating(env: Record<string, string> = {}): Cluster {
  const cluster = newCluster();
  join(cluster, 'ramp-1', FIRST, '10.20.30.2', false);
  join(cluster, 'ramp-2', SECOND, '10.20.30.3', false);
  cluster.configs['ipf'] = {
    labels: {},
    annotations: {},
    replicas: 2,
    selector: {},
    account: 'ipf',
    env: {
      OPENSHIFT_HA_VIRTUAL_IPS: '10.20.30.4',
      OPENSHIFT_HA_VRRP_ID_OFFSET: '10',
      OPENSHIFT_HA_MONITOR_PORT: '0',
      ...env,
    },
  };
  schedule(cluster, []);
  return cluster;
}
const roles = (cluster: Cluster, absent: readonly string[] = []) =>
  failoversOf(cluster, absent).map(({ node, failover: { vips } }) => [node, vips[0]]);

test('the image makes .2 the master with 253 and .3 a backup, as in the published example (OS-29)', () =>
  expect(roles(floating())).toEqual([
    [FIRST, { address: '10.20.30.4', master: true, priority: 253 }],
    [SECOND, { address: '10.20.30.4', master: false, priority: 12 }],
  ]));

test('where a node is off, no keepalived runs', () =>
  expect(roles(floating(), [FIRST])).toEqual([[SECOND, expect.anything()]]));

test('each address of a range has a router of its own', () =>
  expect(failoversOf(floating({ OPENSHIFT_HA_VIRTUAL_IPS: '10.20.30.4-5' }), [])[0]!.failover).toMatchObject({
    offset: 10,
    vips: [
      { address: '10.20.30.4', master: true },
      { address: '10.20.30.5', master: true },
    ],
  }));

test.each([
  ['the check that was given', { OPENSHIFT_HA_CHECK_SCRIPT: 'grep x /proc/y' }, 'grep x /proc/y'],
  ['nothing where no port is watched', {}, 'true'],
])('keepalived checks %s', (_, env, check) => expect(failoversOf(floating(env), [])[0]!.failover.check).toBe(check));
