import { sign } from '../device/describe';
import { isUp } from '../device/iproute';
import type { ObjectKind } from '../device/kind';
import { eachNamed } from '../device/observation';
import { UNTIL_SUCCESSOR } from './tunnel';

/** That the tunnel device is up. */
export const link: ObjectKind = {
  kind: 'link',
  questions: (subject) => eachNamed('link', subject, ({ tunnel }) => tunnel.interface),
  read: (look, asked) =>
    asked.filter((object) => isUp(look.device, look.answer(object))).map((object) => ({ object, value: 'up' })),
  needs: (object) => [`tunnel ${object.split(' ')[1]}`],
  desired: ({ spec }) => ({ [`link ${spec.tunnel.interface}`]: 'up' }),
  cuts: ({ verb }) => (verb === 'delete' ? UNTIL_SUCCESSOR : undefined),
  say: (operation) => `${sign(operation)} ${operation.object} up`,
};
