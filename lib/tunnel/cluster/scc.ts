import { ofAccount } from './account';
import { sharedKind } from './shared';

/** The account's right to run privileged Pods, which ipfailover needs. */
export const scc = sharedKind({
  ...ofAccount,
  kind: 'scc',
  made: 'granted',
  called: (name) => `privileged SCC for service account default/${name}`,
});
