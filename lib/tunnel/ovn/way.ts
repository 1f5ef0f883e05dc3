import { isUp, readAddresses } from '../device/iproute';
import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import type { CodeOf } from '../errors/errors';
import type { ManagementPort, OvnFacts } from './facts';

/** The device that each node of OVN-Kubernetes has, and what a DPU has in its place (OVN-1). */
export const MANAGEMENT_PORT = 'ovn-k8s-mp0';
const OF_A_DPU = /^[0-9]+: ovn-k8s-mp0_[0-9]+[@:]/;

/** What is asked of a node beside its objects: the port with its addresses, and where it leads. The script asks nothing of a node without one. */
export function ovnQuestions({ spec }: Subject): readonly string[] {
  return ['ovn', ...spec.clusterNetworks.map((network) => `way ${network}`)];
}

/** The management port, and whether packets to the declared networks go by it. @throws NotUnderstood */
export function ovnWay(look: Look): Pick<OvnFacts, 'ovn' | 'ovnProblem'> {
  const { device } = look;
  const lines = look.lines('ovn', `show ${MANAGEMENT_PORT}`).filter((line) => line !== '');
  const [found] = readAddresses(device, look.answer('ovn'));
  const problem = (code: CodeOf<'Refused'>, message: string): ReturnType<typeof ovnWay> => ({
    ovn: null,
    ovnProblem: { code, message: `${device}: ${message}` },
  });
  if (lines.length === 0) return { ovn: null, ovnProblem: null };
  if (found === undefined)
    return lines.some((line) => OF_A_DPU.test(line))
      ? problem(
          'ovn-dpu',
          `${MANAGEMENT_PORT}_0 shows that OVN-Kubernetes runs on a DPU here, which edge-ramp does not know: declare a node without one`,
        )
      : problem(
          'ovn-ipv6-only',
          `${MANAGEMENT_PORT} has no IPv4 address: a cluster with IPv6 alone is not supported; in another one ovnkube-node gives it the address: does its Pod run on this node (oc get pods -n openshift-ovn-kubernetes -o wide)?`,
        );
  if (!isUp(device, look.answer('ovn')))
    return problem(
      'ovn-down',
      `${MANAGEMENT_PORT} is down: does ovnkube-node run on this node (oc get pods -n openshift-ovn-kubernetes -o wide)?`,
    );
  const ovn: ManagementPort = { device: MANAGEMENT_PORT, address: found.address };
  const other = look.subject.spec.clusterNetworks.find((network) => !goesByIt(look, network));
  return other === undefined
    ? { ovn, ovnProblem: null }
    : problem(
        'cluster-networks-differ',
        `clusterNetworks is declared with ${other}, which is not routed by ${MANAGEMENT_PORT} (${look.answer(`way ${other}`).printed}): declare the networks that "oc get network.config cluster -o jsonpath='{.status.clusterNetwork[*].cidr}'" shows`,
      );
}

/** Of several routes to one network the kernel takes, and shows, the one with the lowest metric first. @throws NotUnderstood */
function goesByIt(look: Look, network: string): boolean {
  const [first = ''] = look.lines(`way ${network}`, `show the route to ${network}`).filter((line) => line !== '');
  return ` ${first} `.includes(` dev ${MANAGEMENT_PORT} `);
}
