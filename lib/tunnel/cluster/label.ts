import type { Operation } from '../device/operation';
import { nodeNames, pairOf } from './pair';
import { readShared, sharedKind } from './shared';

const kind = sharedKind({
  kind: 'label',
  made: 'true',
  names: (declared) => {
    const pair = pairOf(declared);
    return pair === undefined ? [] : nodeNames(declared).map((node) => `${node} ${pair.ipfailover.label}`);
  },
  uses: ({ selector }, _node, key) => selector.split(',').includes(`${key}=true`),
  called: (node, key, is) => `label ${key}${is === '-' ? '' : `=${text(is)}`} on node ${node}`,
  changed(node, key, was, is) {
    if (was === '-') return `+ label ${key}=${text(is)} on node ${node}`;
    if (is === '-') return `- label ${key}=${text(was)} on node ${node}`;
    return `~ label ${key}=${text(is)} on node ${node} (was ${key}=${text(was)})`;
  },
  leftBehind: '; until that ends, the virtual IP may move to this node, which has no tunnel any more',
});

/** The label by which the ipfailover Pods of a pair find their nodes. */
export const label: typeof kind = {
  ...kind,
  cuts: ({ object, from, to }: Operation) =>
    readShared(from)?.is === 'true' && readShared(to)?.is !== 'true'
      ? `if node ${object.split(' ')[1]} holds the virtual IP, that moves: connections through it are cut`
      : undefined,
};

function text(value: string): string {
  return value === '=' ? '' : value;
}
