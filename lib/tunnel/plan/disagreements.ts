import type { Probe } from '../device/observation';
import type { CodeOf } from '../errors/errors';

/** What exactly one of several devices holds. */
const ONE_HOLDS = {
  'virtual-ip': {
    code: 'virtual-ip-twice',
    twice: 'both have it: VRRP (protocol 112 to 224.0.0.18) does not pass between them',
    // A node that sees it nowhere says so by itself.
    never: undefined,
  },
  'active-role': {
    code: 'not-one-active',
    twice:
      'both are ACTIVE: the failover network between them is cut, and pings prove nothing; make one of them standby, which moves its traffic',
    never: 'neither is ACTIVE: no virtual server answers; see why with "show cm failover-status" on both',
  },
} as const satisfies Readonly<
  Record<
    NonNullable<Probe['held']>,
    { readonly code: CodeOf<'NotVerified'>; readonly twice: string; readonly never: string | undefined }
  >
>;

/** A probe that only the devices together give, and the code of the error that it is. */
export interface Disagreement {
  readonly code: CodeOf<'NotVerified'>;
  readonly probe: Probe;
}

/** What only several devices together show: exactly one node has the virtual IP, exactly one unit is active. Empty where nothing is wrong. */
export function disagreements(probes: readonly Probe[]): readonly Disagreement[] {
  return Object.entries(ONE_HOLDS).flatMap(([thing, { code, twice, never }]) => {
    const asked = probes.filter(({ held }) => held === thing);
    const holders = asked.filter(({ holds }) => holds === true);
    // One that was not asked, since it has no tunnel, may be the one.
    const detail = holders.length > 1 ? twice : holders.length === 0 && asked.length > 1 ? never : undefined;
    const named = holders.length > 1 ? holders : asked;
    if (detail === undefined || named.length === 0) return [];
    const from = named.map((probe) => probe.from).join(' and ');
    return [{ code, probe: { from, to: named[0]!.to, what: named[0]!.what, ok: false, detail } }];
  });
}
