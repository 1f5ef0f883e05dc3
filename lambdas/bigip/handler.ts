import { bigipUnits } from '../../lib/tunnel/tunnel';
import { deviceStep } from '../devices/step';
import { aboutStep, loggedStep } from '../telemetry/logged-step';

/** BIG-IP, by SSH from its bastion: no agent runs on it. The key's name travels, never the key. */
export const handler = loggedStep(
  aboutStep,
  deviceStep('bigip', ({ spec, name }) => {
    const unit = bigipUnits(spec).find(({ management }) => management === name)!;
    return { Management: unit.management, User: unit.user, Secret: unit.secret, HostKey: unit.hostKey };
  }),
);
