import { readAddresses } from '../device/iproute';
import type { Found, ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf, eachNamed } from '../device/observation';
import type { State } from '../device/operation';
import { isUsable, nodeAddress } from '../sdn/address';

/** The node's addresses on the tunnel device. */
export const address: ObjectKind = {
  ...nodeAddress,
  kind: 'address',
  questions: (subject) => eachNamed('addresses', subject, ({ tunnel }) => tunnel.interface),
  read: (look) =>
    [...new Set(look.declarations.map(({ tunnel }) => tunnel.interface))].flatMap((name) => on(name, look)),
  // An interface manager may give ours a peer or a network, and put further ones beside it: they stay (ADR 0021).
  desired(wanted, { state }) {
    const { interface: device, node } = wanted.spec.tunnel;
    const own = `address ${device} ${node}`;
    const earlier = declarationsOf(wanted).map(({ tunnel }) => `address ${device} ${tunnel.node}`);
    const further = Object.entries(state).filter(
      ([object]) => object.startsWith(`address ${device} `) && !earlier.includes(object),
    );
    const form = state[own];
    return {
      [own]: form !== undefined && isUsable(form, wanted.spec) ? form : '/32',
      ...(Object.fromEntries(further) as State),
    };
  },
  needs: (object) => [`tunnel ${object.split(' ')[1]}`],
  // A successor keeps the routes: then the old address is deleted last. An address made anew in another form has no successor.
  turn({ verb, object }, all) {
    if (verb !== 'delete') return 'in place';
    const device = object.split(' ').slice(0, 2).join(' ');
    const succeeded = all.some(
      (other) => other.verb === 'create' && other.object !== object && other.object.startsWith(`${device} `),
    );
    return succeeded ? 'late' : 'first';
  },
};

/** Of an address that exists twice the first is the object; the tunnel device takes the other with it. @throws NotUnderstood */
function on(name: string, look: Look): readonly Found[] {
  const found = readAddresses(look.device, look.answer(`addresses ${name}`));
  return found.map(({ address: own, form }, i) =>
    found.findIndex((each) => each.address === own) === i
      ? { object: `address ${name} ${own}`, value: form }
      : { object: `tunnel ${name}`, unrestorable: `address ${own} once more, as ${form}` },
  );
}
