import type { Kind, Listed } from '../../lib/tunnel/devices';
import { bigipUnits } from '../../lib/tunnel/tunnel';

/** How commands reach a device: the parameters that its documents take beside tunnel and fence. */
export type Way = (device: Listed) => Readonly<Record<string, string>>;

/** The way to each kind of device. Names and paths of keys and logins travel, never the keys. */
export const WAYS: Readonly<Record<Kind, Way>> = {
  /** By SSH from its bastion: no agent runs on it. */
  bigip: ({ spec, name }) => {
    const unit = bigipUnits(spec).find(({ management }) => management === name)!;
    return { Management: unit.management, User: unit.user, Secret: unit.secret, HostKey: unit.hostKey };
  },
  /** By the agent that runs on it. */
  ramp: () => ({}),
  /** By oc on its declared host. */
  cluster: ({ spec }) => ({ Kubeconfig: spec.cluster!.kubeconfig }),
};
