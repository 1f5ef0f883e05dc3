import type { Mistake } from './mistake';
import { isRampPair, type RampNode, type Tunnel } from './tunnel';

/** The longest name of an annotation behind the slash (OS-36). Characters. */
const LONGEST_ANNOTATION = 63;

/** Rules for pairs: what a pair needs, and what only a pair may have. */
export function rampPairMistakes(tunnel: Tunnel): readonly Mistake[] {
  const { ramp, cluster, ipfailover } = tunnel;
  const mistakes: Mistake[] = [];
  const mistake = (path: Mistake['path'], value: unknown, message: string): void =>
    void mistakes.push({ path, value, message });

  if (ramp.nodes.length > 1) {
    if (ramp.vip === undefined)
      mistake(
        ['ramp', 'vip'],
        undefined,
        'is missing: a pair of ramp nodes needs a virtual IP, an address that no machine has',
      );
    if (ramp.network === undefined)
      mistake(['ramp', 'network'], undefined, 'is missing: a pair of ramp nodes needs l2 or vpc');
    if (cluster === undefined)
      mistake(
        ['cluster'],
        undefined,
        'is missing: the virtual IP of a pair of ramp nodes is moved by ipfailover in the cluster',
      );
    if (ipfailover === undefined)
      mistake(['ipfailover'], undefined, 'is missing: a pair of ramp nodes needs it, at least its vrrpIdOffset');
    const [first] = ramp.nodes as [RampNode];
    ramp.nodes.forEach((node, i) => {
      if (node.interface !== first.interface)
        mistake(
          ['ramp', 'nodes', i, 'interface'],
          node.interface,
          `must be ${first.interface}, as on the first node: ipfailover knows one interface for all`,
        );
    });
    const annotation = `${tunnel.name}.label.${ipfailover?.label ?? ''}`;
    if (annotation.length > LONGEST_ANNOTATION)
      mistake(
        ['ipfailover', 'label'],
        ipfailover?.label,
        `must be shorter: the annotation edge-ramp/${annotation} on the nodes would be longer than the ${LONGEST_ANNOTATION} characters that Kubernetes allows`,
      );
    if (!ramp.schedulable)
      mistake(
        ['ramp', 'schedulable'],
        false,
        'must be true for a pair of ramp nodes: the Pods of ipfailover run on them',
      );
  }
  if (ramp.network === 'vpc' && isRampPair(tunnel))
    mistake(
      ['ramp', 'network'],
      'vpc',
      'is not supported for a pair of ramp nodes: a VPC carries no VRRP multicast and ignores gratuitous ARP, so keepalived cannot move the virtual IP; declare one ramp node',
    );
  if (ramp.nodes.length === 1) {
    if (ramp.vip !== undefined)
      mistake(['ramp', 'vip'], ramp.vip, 'is for a pair of ramp nodes: with one, the tunnel ends at its own address');
    if (ipfailover !== undefined)
      mistake(['ipfailover'], undefined, 'is for a pair of ramp nodes: with one, no address moves');
    if (!ramp.schedulable && cluster === undefined)
      mistake(['cluster'], undefined, 'is missing: schedulable: false is done in the cluster');
  }
  if (cluster !== undefined)
    ramp.nodes.forEach((node, i) => {
      if (node.node === undefined)
        mistake(
          ['ramp', 'nodes', i, 'node'],
          undefined,
          'is missing: where a cluster is declared, a node has its name as `oc get nodes` shows it',
        );
      if (node.instance === cluster.admin)
        mistake(
          ['cluster', 'admin'],
          cluster.admin,
          `must not be ramp.nodes.${i} too: the records identify a device by its instance`,
        );
    });
  return mistakes;
}
