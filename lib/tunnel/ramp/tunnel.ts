import type { Found, ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf, eachNamed } from '../device/observation';
import { NotUnderstood, Refused } from '../errors/errors';
import { bigipAddress, rampNode } from '../declaration/tunnel';

/** Why taking away something that the tunnel's packets go through cuts traffic. */
export const UNTIL_SUCCESSOR = 'traffic through the tunnel stops until its replacement is in place';

/** The IP protocol of the tunnel's packets: IPIP (documents/ramp-objects.sh has it, too). */
export const PROTOCOL = 4;

/** The tunnel device: its value in the words of `ip tunnel add NAME mode ipip`. The kernel has only one between two ends. */
export const tunnel: ObjectKind = {
  kind: 'tunnel',
  questions: (subject) => eachNamed('tunnel', subject, (each) => each.tunnel.interface),
  read: (look, asked) => asked.map((object) => readTunnelDevice(look, object)),
  refuse(wanted, { state, facts }, shallExist) {
    const named = declarationsOf(wanted);
    for (const { tunnel: each } of named) {
      const object = `tunnel ${each.interface}`;
      const value = state[object];
      const remotes = named.map((one) => `remote ${bigipAddress(one)} `);
      if (value !== undefined && !remotes.some((remote) => value.startsWith(remote)))
        throw new Refused(
          'object-foreign',
          `ramp node ${wanted.name} already has a ${each.interface} that is not this tunnel's (${value}): declare another tunnel.interface, or remove it, which cuts what goes through it`,
        );
      // What a teardown could not put back is refused before anything is adopted: else the tunnel could never be taken away again.
      if (shallExist && facts.unrestorable[object] !== undefined)
        throw new Refused(
          'not-restorable',
          `ramp node ${wanted.name}: ${each.interface} has what edge-ramp could not put back after a teardown (${facts.unrestorable[object]}): remove that by hand first, which may cut what uses it`,
        );
    }
  },
  // Behind a virtual IP replies would leave from the node's own address, and BIG-IP drop them, without `local` (OS-14).
  desired({ name, spec }, { state }) {
    const object = `tunnel ${spec.tunnel.interface}`;
    const ends = `remote ${bigipAddress(spec)} local ${spec.ramp.vip ?? 'any'} dev ${rampNode(name, spec).interface}`;
    return { [object]: `${ends}${OPTIONS.exec(state[object] ?? '')?.[0] ?? ''}` };
  },
  cuts: ({ verb }) =>
    ({ create: undefined, modify: 'traffic stops until both ends of the tunnel agree', delete: UNTIL_SUCCESSOR })[verb],
};

/** Settings that `ip tunnel add` takes and edge-ramp does not declare, as they stand at the end of a value: what was found stays (ADR 0021). */
const OPTIONS = /(?: ttl \S+)?(?: tos \S+)?(?: nopmtudisc)?$/;

/**
 * Reads `ip -o tunnel show NAME`: `tun1: ip/ip remote R local L dev D ttl inherit`.
 *
 * @returns no value when the tunnel is absent: nothing is printed, and the exit code is 0 (LX-1)
 * @throws NotUnderstood
 */
function readTunnelDevice(look: Look, object: string): Found {
  const text = look.lines(object, `show ${object}`).join(' ');
  if (text === '') return { object };
  const [, mode, ends, ttl, options, unknown = ''] =
    /^\S+: (\S+) (remote \S+ local \S+(?: dev \S+)?)(?: ttl (\S+))?((?: tos \S+)?(?: nopmtudisc)?)(.*)$/.exec(text) ??
    [];
  if (mode === undefined)
    throw new NotUnderstood(
      'answer-unknown',
      `${look.device}: ${object} is shown in a form that edge-ramp does not know: ${look.answer(object).printed}`,
    );
  const lifetime = ttl === undefined || ttl === 'inherit' ? '' : ` ttl ${ttl}`;
  const value = `${mode === 'ip/ip' ? '' : `mode ${mode} `}${ends}${lifetime}${options}`;
  return { object, value, unrestorable: unknown.trim() };
}
