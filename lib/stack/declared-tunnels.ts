import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';

/** Where a run finds a tunnel's declaration: this prefix and the tunnel's name. */
export const TUNNELS_PREFIX = '/edge-ramp/tunnels/';

/** The most bytes that Parameter Store takes in each tier. */
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

export interface DeclaredTunnelsProps {
  /** The checked declarations, with every default filled in. May be empty. */
  readonly tunnels: readonly { readonly name: string }[];
}

/** One parameter a declared tunnel. A run reads the declaration at its start, so a deployment changes no run under way. */
export class DeclaredTunnels extends Construct {
  constructor(scope: Construct, id: string, props: DeclaredTunnelsProps) {
    super(scope, id);
    for (const tunnel of props.tunnels) {
      const value = JSON.stringify(tunnel);
      new StringParameter(this, tunnel.name, {
        parameterName: `${TUNNELS_PREFIX}${tunnel.name}`,
        description: `The declaration of the tunnel ${tunnel.name}: edit tunnels/${tunnel.name}.yaml and deploy`,
        stringValue: value,
        tier: tierFor(tunnel.name, Buffer.byteLength(value)),
      });
    }
  }
}

/** The cheapest tier that holds so many bytes. Throws when none does. */
function tierFor(name: string, bytes: number): ParameterTier {
  if (bytes <= STANDARD_BYTES) return ParameterTier.STANDARD;
  if (bytes <= ADVANCED_BYTES) return ParameterTier.ADVANCED;
  throw new Error(
    `tunnel ${name}: the declaration has ${bytes} bytes as JSON; Parameter Store holds at most ${ADVANCED_BYTES}. ` +
      'Declare fewer virtual servers or nodes in it, or split it into two tunnels.',
  );
}
