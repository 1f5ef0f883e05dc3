import { createHash } from 'node:crypto';
import { NestedStack } from 'aws-cdk-lib';
import { ParameterTier, StringParameter } from 'aws-cdk-lib/aws-ssm';
import { Construct } from 'constructs';
import { InvalidRequest } from '../tunnel/errors/errors';
import { namesOf } from './names';

/** The most bytes that Parameter Store takes in each tier. */
const STANDARD_BYTES = 4096;
const ADVANCED_BYTES = 8192;

export interface DeclaredTunnelsProps {
  /** The checked declarations, with every default filled in. May be empty. */
  readonly tunnels: readonly { readonly name: string; readonly bigip?: readonly { readonly secret: string }[] }[];
}

/** The most tunnels, and bytes of them, whose parameters stand in the stack itself: that holds 500 resources and 1 MB, and without them it has 79 and 330 kB. */
const MOST_IN_THE_STACK = { tunnels: 400, bytes: 500_000 };

/** Over so many nested stacks more tunnels are spread. */
const SPREAD = 16;

/** One parameter a declared tunnel. A run reads the declaration at its start, so a deployment changes no run under way. */
export class DeclaredTunnels extends Construct {
  constructor(scope: Construct, id: string, { tunnels }: DeclaredTunnelsProps) {
    super(scope, id);
    const { tunnels: prefix } = namesOf(this);
    const many = tooMany(tunnels);
    for (const tunnel of tunnels) {
      const value = JSON.stringify(tunnel);
      new StringParameter(many ? this.nested(tunnel.name) : this, tunnel.name, {
        parameterName: `${prefix}${tunnel.name}`,
        description: `The declaration of the tunnel ${tunnel.name}: edit tunnels/${tunnel.name}.yaml and deploy`,
        stringValue: value,
        tier: tierFor(tunnel.name, Buffer.byteLength(value)),
      });
    }
  }

  /** The nested stack of a tunnel, always the same one, whatever others there are: CloudFormation moves no parameter from one to another. */
  private nested(tunnel: string): Construct {
    const number = createHash('sha256').update(tunnel).digest().readUInt32BE() % SPREAD;
    const id = `Part${number}`;
    return (this.node.tryFindChild(id) as NestedStack | undefined) ?? new NestedStack(this, id);
  }
}

/** Whether the stack itself does not hold so many tunnels. */
function tooMany(tunnels: DeclaredTunnelsProps['tunnels']): boolean {
  const bytes = tunnels.reduce((sum, tunnel) => sum + Buffer.byteLength(JSON.stringify(JSON.stringify(tunnel))), 0);
  return tunnels.length > MOST_IN_THE_STACK.tunnels || bytes > MOST_IN_THE_STACK.bytes;
}

/**
 * The cheapest tier that holds so many bytes.
 * @throws InvalidRequest when none does
 */
function tierFor(name: string, bytes: number): ParameterTier {
  if (bytes <= STANDARD_BYTES) return ParameterTier.STANDARD;
  if (bytes <= ADVANCED_BYTES) return ParameterTier.ADVANCED;
  throw new InvalidRequest(
    'declaration-too-large',
    `tunnel ${name}: the declaration has ${bytes} bytes as JSON; Parameter Store holds at most ${ADVANCED_BYTES}. ` +
      'Declare fewer virtual servers or nodes in it, or split it into two tunnels.',
  );
}
