import {
  handMadeQuestions,
  outerQuestions,
  readHandMade,
  readOuter,
  type HandMade,
} from '../../lib/tunnel/bigip/hand-made';
import type { Draft } from '../../lib/tunnel/declaration/draft';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { handMadeOnNodeQuestions, readHandMadeOnNode, type HandMadeOnNode } from '../../lib/tunnel/ramp/hand-made';
import { filled } from '../init/questions';
import type { Remark } from '../init/yaml';
import { endsOf } from './ends';
import { failoverOf } from './failover';
import { fieldsOf } from './fields';
import { askEach, toAskBy, type AskDevice, type HandMadeReading } from './looks';

/** A hand-made tunnel as a declaration. A field without a value is one that no device tells. */
export interface Imported {
  readonly draft: Draft;
  /** What no device tells, a field each. */
  readonly unknown: readonly Remark[];
  /** What is to be known of a field that is filled in. */
  readonly known: readonly Remark[];
}

const BIGIP: HandMadeReading<HandMade> = { questions: handMadeQuestions, read: readHandMade };
const OUTER: HandMadeReading<string | undefined> = { questions: outerQuestions, read: readOuter };
const NODE: HandMadeReading<HandMadeOnNode> = { questions: handMadeOnNodeQuestions, read: readHandMadeOnNode };

/**
 * Looks at BIG-IP, at the cluster of a pair of ramp nodes, and then at the nodes, for a tunnel that is known by the names of its objects.
 * @param draft the names, and the ways to the devices
 * @throws Refused where two units or two nodes disagree; NotUnderstood, and whatever asking throws
 */
export async function importedFrom(draft: Draft, ask: AskDevice): Promise<Imported> {
  const units = await askEach('bigip', toAskBy(draft), BIGIP, ask);
  const ends = endsOf(draft as Tunnel, units);
  const [outer, failover] = await Promise.all([
    draft.bigipPair !== undefined && ends.local !== undefined ? askEach('bigip', toAskBy(draft, ends), OUTER, ask) : [],
    draft.ipfailover !== undefined && ends.remote !== undefined ? failoverOf(draft, ends, ask) : undefined,
  ]);
  const nodes = await askEach('ramp', toAskBy(draft, { ...ends, interface: failover?.interface ?? '-' }), NODE, ask);
  const fields = fieldsOf(draft as Tunnel, { ends, units, outer, failover, nodes });
  return {
    draft: fields.reduce((filling, [path, value]) => filled(filling, path, value ?? null), draft),
    unknown: fields.flatMap(([path, value, text]) => (value === undefined ? [{ path, text }] : [])),
    known:
      (draft.virtualServers ?? []).length === 0 && (ends.virtualServers ?? []).length > 0
        ? [{ path: ['virtualServers'], text: 'all of /Common that use the SNAT pool; no other folder was looked at' }]
        : [],
  };
}
