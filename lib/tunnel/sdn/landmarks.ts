import { Refused } from '../errors/errors';
import type { Era, LandmarkSet, Plugin } from './eras';
import type { Sdn } from './tun0';
import { parseFlow, type Flow } from './openflow';

interface Landmark {
  readonly what: string;
  readonly flow: Flow;
}

/**
 * Checks the bridge against an era's landmarks: it has one form of each part, and each flow of that form exactly once.
 *
 * @returns those flows of the bridge
 * @throws Refused naming the flow that is missing, doubled or different
 */
export function checkLandmarks(
  label: string,
  era: Era,
  plugin: Plugin,
  flows: readonly Flow[],
  sdn: Sdn,
  clusters: readonly string[],
): readonly Flow[] {
  return clusters.flatMap((cluster) =>
    era.parts(plugin).flatMap((forms) => {
      const form = likeliest(
        forms.map((each) => onSite(each, sdn, cluster)),
        flows,
      );
      return form.map((landmark) => checkLandmark(label, landmark, flows));
    }),
  );
}

/** The flows of a form with the site's addresses in them. */
function onSite(form: LandmarkSet, { port, gateway, subnet }: Sdn, cluster: string): readonly Landmark[] {
  const words: Readonly<Record<string, string>> = {
    TUN0: port,
    GATEWAY: gateway,
    SUBNET: subnet,
    CLUSTER: cluster,
    TENANT: 'move:NXM_NX_TUN_ID[0..31]->NXM_NX_REG0[]',
  };
  return Object.entries(form).map(([what, text]) => ({
    what,
    flow: parseFlow(
      text.replace(/\b(?:TUN0|GATEWAY|SUBNET|CLUSTER|TENANT)\b/g, (word) => words[word]!),
      port,
    ),
  }));
}

/** The form of which the bridge has most: the error names the flow that this form lacks. */
function likeliest(forms: readonly (readonly Landmark[])[], flows: readonly Flow[]): readonly Landmark[] {
  const score = (form: readonly Landmark[]): number =>
    form
      .map((landmark) => flows.filter((flow) => answers(landmark, flow)))
      .reduce(
        (sum, found, i) => sum + (found.length === 0 ? 0 : found.some((flow) => equal(form[i]!, flow)) ? 2 : 1),
        0,
      );
  return forms.reduce((best, form) => (score(form) > score(best) ? form : best));
}

/** @throws Refused */
function checkLandmark(label: string, landmark: Landmark, flows: readonly Flow[]): Flow {
  const { what, flow } = landmark;
  const found = theOne(
    label,
    what,
    flows.filter((each) => answers(landmark, each)),
  );
  if (!equal(landmark, found))
    throw new Refused(
      'pipeline-unknown',
      `${label}: the flow "${what}" (${flow.match || `priority ${flow.priority}`}) is in table ${found.table} with actions ${found.actions}, not in table ${flow.table} with ${flow.actions}; edge-ramp does not know this pipeline`,
    );
  return found;
}

/** The same packets at the same priority, in any table; a flow that matches every packet is known by its actions. */
function answers({ flow }: Landmark, { match, priority, actions }: Flow): boolean {
  return match === flow.match && priority === flow.priority && (match !== '' || actions === flow.actions);
}

function equal({ flow }: Landmark, { table, actions }: Flow): boolean {
  return table === flow.table && normal(actions) === normal(flow.actions);
}

/** @throws Refused */
export function theOne(label: string, what: string, found: readonly Flow[]): Flow {
  if (found.length === 0)
    throw new Refused(
      'sdn-flow-missing',
      `${label}: the flow "${what}" is missing from br0: the bridge is not as the SDN makes it. The SDN makes it anew when its node service or Pod starts, which cuts all Pods of this node off meanwhile: do that in a window, then run again`,
    );
  if (found.length > 1)
    throw new Refused(
      'pipeline-unknown',
      `${label}: the flow "${what}" is in br0 ${found.length} times, in tables ${found.map(({ table }) => table).join(' and ')}; edge-ramp cannot tell which one counts`,
    );
  return found[0]!;
}

/** `ct(nat,table=70)` and `ct(table=70,nat)` are the same action. */
function normal(actions: string): string {
  return actions.replace(/ct\(([^)]*)\)/g, (_, inner: string) => `ct(${inner.split(',').sort().join(',')})`);
}
