import type { Declared } from '../declaration/tunnel';
import type { Failover } from './facts';
import { pairOf } from './pair';
import { sharedKind } from './shared';

/** What the account of a pair's ipfailover and its right have in common: one is nothing without the other. */
export const ofAccount = {
  names: (declared: Declared) => {
    const pair = pairOf(declared);
    return pair === undefined ? [] : [pair.ipfailover.serviceAccount];
  },
  uses: ({ project, account: other }: Failover, name: string) => project === 'default' && other === name,
  with: ['account', 'scc'],
};

/** The service account that the ipfailover Pods of a pair run as. */
export const account = sharedKind({
  ...ofAccount,
  kind: 'account',
  made: 'present',
  called: (name) => `service account default/${name}`,
});
