import { field, type Mistake } from './mistake';
import { rampName, type Tunnel } from './tunnel';

/** Rules for how commands reach ramp nodes: by an SSM agent of their own, or by oc from the cluster's admin host (ADR 0031). */
export function reachMistakes(tunnel: Tunnel): readonly Mistake[] {
  const { ramp, cluster } = tunnel;
  const mistakes: Mistake[] = [];
  const mistake = (path: Mistake['path'], value: unknown, message: string): void =>
    void mistakes.push({ path, value, message });
  ramp.nodes.forEach((node, i) => {
    const path = ['ramp', 'nodes', i];
    if (node.reach !== 'oc') {
      if (node.instance === undefined)
        mistake(
          [...path, 'instance'],
          undefined,
          'is missing: commands reach the node by its SSM agent; a node without one (RHCOS) is declared with reach: oc',
        );
      return;
    }
    if (node.instance !== undefined)
      mistake(
        [...path, 'instance'],
        node.instance,
        "must be left out with reach: oc: commands go to the cluster's admin host, and the node is called by its name",
      );
    // Where a cluster is declared, another rule asks for the name.
    if (node.node === undefined && cluster === undefined)
      mistake(
        [...path, 'node'],
        undefined,
        'is missing: with reach: oc the node is called by its name, as `oc get nodes` shows it',
      );
    if (cluster === undefined)
      mistake(['cluster'], undefined, 'is missing: with reach: oc its admin host runs `oc debug node/NAME`');
    if (ramp.nodes.length > 1)
      mistake(
        [...path, 'reach'],
        'oc',
        'is for one ramp node: two need `oc adm ipfailover`, which clusters whose nodes have no SSM agent (OpenShift 4) do not have',
      );
    mistakes.push(...sameName(tunnel, i));
  });
  return mistakes;
}

/** The records call a device by its name, whatever its kind. */
function sameName({ ramp, bigip, cluster }: Tunnel, i: number): readonly Mistake[] {
  const name = rampName(ramp.nodes[i]!);
  const others = [
    ...bigip.map(({ management }, unit) => field(['bigip', unit, 'management'], management)),
    ...(cluster === undefined ? [] : [field(['cluster', 'admin'], cluster.admin)]),
  ];
  return others
    .filter(({ value }) => value === name)
    .map(({ path }) => ({
      path: ['ramp', 'nodes', i, 'node'],
      value: name,
      message: `must not be ${path.join('.')} too: the records identify a device by its name`,
    }));
}
