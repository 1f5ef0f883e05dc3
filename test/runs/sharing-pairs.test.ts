import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { atTheSameTime, everyOrder, walk } from './support/sharing';
import { ADMIN, example, pair, secondPair } from './support/site';

const cluster = pair.cluster!;
/** A single node of the pairs' cluster that takes no Pods. */
const single: Tunnel = {
  ...example,
  name: 'edge-s',
  cluster,
  ramp: {
    nodes: [{ instance: 'mi-0a4e90b50a4e90b50', address: '10.3.89.89', interface: 'eth0', node: 'ramp-5.example.com' }],
    schedulable: false,
  },
};
/** Another one on the same node, from another BIG-IP. */
const secondSingle: Tunnel = {
  ...single,
  name: 'edge-s2',
  bigip: [{ ...example.bigip[0]!, management: '10.3.88.69', address: '10.3.89.67' }],
  tunnel: { bigip: '10.3.95.216/24', node: '10.3.95.217', interface: 'tun2' },
  cookie: '0x998',
};

const NODES = pair.ramp.nodes.map(({ node }) => node!);
const { label, serviceAccount } = pair.ipfailover!;
const labels = NODES.map((node) => `oc label node ${node} ${label}=true`);
const account = `oc create serviceaccount ${serviceAccount} -n default`;
const scc = `oc adm policy add-scc-to-user privileged system:serviceaccount:default:${serviceAccount}`;
const theirs = `oc adm ipfailover theirs -n default --virtual-ips=10.20.30.90 --interface=eth0 --watch-port=0 --replicas=2 --service-account=${serviceAccount} --selector=${label}=true --vrrp-id-offset=90`;
const cordon = 'oc adm cordon ramp-5.example.com';

/** What somebody made by hand before any tunnel came. */
const BEFOREHAND: readonly [what: string, typed: readonly string[]][] = [
  ['nothing', []],
  ['the label on one node and the service account', [...labels.slice(0, 1), account]],
  ['an ipfailover with the same labels, account and SCC', [...labels, account, scc, theirs]],
];
const MINUTES = 60_000;

describe.each(BEFOREHAND)('two pairs on the same nodes, where %s was before', (_, typed) => {
  const options = { specs: [pair, secondPair], spec: pair, world: { typed: { [ADMIN]: typed } } };

  test(
    'are applied and torn down in every order; nothing of the other is touched',
    () => walk(options, everyOrder(pair, secondPair)),
    4 * MINUTES,
  );

  test(
    'at the same time: what does not stand left nothing, and a second try makes it',
    () => atTheSameTime(options),
    4 * MINUTES,
  );
});

describe.each([
  ['a pair and a cordoned single ramp node of one cluster', pair, single, []],
  ['two single ramps on one cordoned node', single, secondSingle, []],
  ['two single ramps on a node that was cordoned before', single, secondSingle, [cordon]],
] as const)('%s', (_, one, other, typed) => {
  const options = { specs: [one, other], spec: one, world: { typed: { [ADMIN]: typed } } };

  test(
    'are applied and torn down in every order; nothing of the other is touched',
    () => walk(options, everyOrder(one, other)),
    2 * MINUTES,
  );

  test(
    'at the same time: what does not stand left nothing, and a second try makes it',
    () => atTheSameTime(options),
    2 * MINUTES,
  );
});
