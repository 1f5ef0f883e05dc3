import * as fc from 'fast-check';
import { cluster } from '../../../lib/tunnel/cluster/device';
import { readShared, sharedValue } from '../../../lib/tunnel/cluster/shared';
import { property } from '../../../lib/tunnel/device/words';
import { type ClusterFacts, type Failover } from '../../../lib/tunnel/cluster/facts';
import type { Observation } from '../../../lib/tunnel/device/observation';
import type { Operation, State } from '../../../lib/tunnel/device/operation';
import type { Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { ADMIN, NODES, pair, single } from './cluster-site';

/** What a shared thing is, and who claims it with what. */
interface Thing {
  readonly is: string;
  readonly claims: State;
}

/** A cluster without scripts between: the same questions answered, the same operations carried out. Whatever is not named is not there. */
export interface Model {
  readonly things: Readonly<Record<string, Thing>>;
  /** ipfailover objects of project default, by name. */
  readonly failovers: State;
}

export function observed(model: Model, spec: Tunnel, applied: Tunnel | null): Observation<ClusterFacts> {
  const state: Record<string, string> = {};
  const claims: Record<string, State> = {};
  for (const object of cluster.questions({ name: ADMIN, spec, applied })) {
    const [kind, name] = object.split(' ') as [string, string];
    const failover = kind === 'ipfailover' ? model.failovers[name] : undefined;
    if (failover !== undefined) state[object] = failover;
    if (!['label', 'scheduling', 'account', 'scc'].includes(kind)) continue;
    const { is, claims: all } = thing(model, object);
    const { [spec.name]: first, ...others } = all;
    if (is !== '-' || first !== undefined) state[object] = sharedValue({ is, original: first });
    if (Object.keys(others).length > 0) claims[object] = others;
  }
  return {
    facts: {
      client: { ipfailover: true, lacks: [], cordon: true, manageNode: true },
      nodes: Object.fromEntries(
        NODES.map((node) => [node, thing(model, `scheduling ${node}`).is === 'off' ? 'off' : 'on'] as const),
      ),
      claims,
      failovers: Object.entries(model.failovers).map(([name, value]): Failover => {
        const word = (each: string): string => property(value, each)!;
        const owner = property(value, 'owner')?.replace('edge-ramp:', '') ?? null;
        return {
          project: 'default',
          name,
          vips: word('vip'),
          offset: Number(word('offset')),
          account: word('account'),
          selector: word('selector'),
          owner,
        };
      }),
      idle: [],
      pods: {},
      available: {},
      unrestorable: {},
    },
    state,
    probes: [],
  };
}

function thing(model: Model, object: string): Thing {
  return model.things[object] ?? { is: object.startsWith('scheduling ') ? 'on' : '-', claims: {} };
}

export function carriedOut(model: Model, tunnel: string, { object, from, to }: Operation): Model {
  const [kind, name] = object.split(' ') as [string, string];
  if (kind === 'ipfailover') {
    const { [name]: _old, ...rest } = model.failovers;
    return { ...model, failovers: to === undefined ? rest : { ...rest, [name]: to } };
  }
  const { is: now, claims } = thing(model, object);
  const { [tunnel]: first, ...others } = claims;
  expect(now === '-' && first === undefined ? undefined : sharedValue({ is: now, original: first })).toBe(from);
  const next = readShared(to) ?? { is: '-', original: undefined };
  const things = {
    ...model.things,
    [object]: { is: next.is, claims: next.original === undefined ? others : { ...others, [tunnel]: next.original } },
  };
  const deleted = object === `account ${name}` && next.is === '-';
  if (!deleted) return { ...model, things };
  // Its annotations go with an account, those of its SCC too.
  const scc = thing({ ...model, things }, `scc ${name}`);
  return {
    ...model,
    things: { ...things, [object]: { is: '-', claims: {} }, [`scc ${name}`]: { ...scc, claims: {} } },
  };
}

/** A model as text, without things that are as if they were not named. */
export function shown(model: Model): string {
  const things = Object.entries(model.things)
    .filter(([object, { is, claims }]) => Object.keys(claims).length > 0 || !['-', ...usual(object)].includes(is))
    .map(([object, { is, claims }]) => `${object} ${is} ${JSON.stringify(Object.entries(claims).sort())}`);
  return [...things, ...Object.entries(model.failovers).map(([name, value]) => `${name} ${value}`)].sort().join('\n');
}

function usual(object: string): readonly string[] {
  return object.startsWith('scheduling ') ? ['on'] : [];
}

const LABELS = ['f5rampnode', 'edge_2'];
const ACCOUNTS = ['f5ipfailover', 'second'];

/** Two tunnels of one cluster, that may share nodes, label and account, or the one cordoned node. */
export const twoTunnels: fc.Arbitrary<readonly [Tunnel, Tunnel]> = fc
  .record({ cordoned: fc.boolean(), label: fc.constantFrom(...LABELS), account: fc.constantFrom(...ACCOUNTS) })
  .map(({ cordoned, label, account }): readonly [Tunnel, Tunnel] =>
    cordoned
      ? [single(), single(false, { name: 'edge-q' })]
      : [
          pair(),
          pair({
            name: 'edge-q',
            ramp: { ...pair().ramp, vip: '10.20.30.5' },
            ipfailover: { name: 'f5second', label, serviceAccount: account, vrrpIdOffset: 20 },
          }),
        ],
  );

/** What a tunnel may become: moved to another node, with another label or account, single, cordoned. */
export const declarations: fc.Arbitrary<Tunnel> = fc.oneof(
  fc
    .record({
      nodes: fc.constantFrom([1, 2], [2, 3], [1, 3]),
      label: fc.constantFrom(...LABELS),
      serviceAccount: fc.constantFrom(...ACCOUNTS),
      name: fc.constantFrom('f5ipfailover', 'renamed'),
      vrrpIdOffset: fc.constantFrom(10, 30),
    })
    .map(({ nodes, ...ipfailover }) => pair({ ipfailover }, nodes)),
  fc.boolean().map((schedulable) => single(schedulable)),
);

const drawn: fc.Arbitrary<{ readonly fresh: Model; readonly published: Model }> = fc
  .record({
    labels: fc.array(fc.constantFrom('-', '-', 'true', 'yes', '='), { minLength: 6, maxLength: 6 }),
    accounts: fc.array(fc.constantFrom('-', 'present'), { minLength: 2, maxLength: 2 }),
    scc: fc.array(fc.constantFrom('-', 'granted'), { minLength: 2, maxLength: 2 }),
    foreign: fc.boolean(),
  })
  .map(({ labels, accounts, scc, foreign }) => {
    const things: Record<string, Thing> = {};
    const put = (object: string, is: string): void => void (things[object] = { is, claims: {} });
    NODES.forEach((node, i) => LABELS.forEach((key, j) => put(`label ${node} ${key}`, labels[i * 2 + j]!)));
    ACCOUNTS.forEach((account, i) => {
      put(`account ${account}`, accounts[i]!);
      put(`scc ${account}`, scc[i]!);
    });
    const failovers: Record<string, string> = {};
    // Somebody else's object has what it needs.
    if (foreign) {
      put('account second', 'present');
      put('scc second', 'granted');
      failovers['theirs'] =
        'vip 10.20.30.90 interface eth0 port 80 check none offset 100 replicas 2 account second selector zone=a';
    }
    const fresh = { things: { ...things }, failovers: { ...failovers } };
    for (const node of NODES.slice(0, 2)) put(`label ${node} f5rampnode`, 'true');
    put('account f5ipfailover', 'present');
    put('scc f5ipfailover', 'granted');
    failovers['f5ipfailover'] =
      'vip 10.20.30.4 interface eth0 port 0 check none offset 0 replicas 2 account f5ipfailover selector f5rampnode=true';
    return { fresh, published: { things, failovers } };
  });

/** A cluster before edge-ramp first comes: labels, accounts and SCC may be there. */
export const models = drawn.map(({ fresh }) => fresh);

/** The same after the published procedure. */
export const publishedModels = drawn.map(({ published }) => published);
