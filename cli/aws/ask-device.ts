import type { Surroundings } from '../surroundings';
import type { Aws } from './aws';
import { Problem } from './problem';

/** A document that looks at a device, and where it runs. */
export interface LookCommand {
  /** The device, for messages: `BIG-IP 10.3.88.66`. */
  readonly title: string;
  readonly document: string;
  readonly instance: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/** A command that no agent has fetched by then never starts. Seconds, the least that Systems Manager takes. */
const DELIVERY = 30;
/** A look ends by itself after 60 s, on a node that oc reaches after 180 s (lib/stack/time-outs.ts). Milliseconds. */
const PATIENCE = 240_000;
/** So long Systems Manager may not know a command yet that it has just taken. Milliseconds. */
const SETTLES = 15_000;
const EVERY = 500;

const RUNNING: readonly string[] = ['Pending', 'InProgress', 'Delayed', 'Cancelling'];

/**
 * Sends a command that only looks, and waits for its answer.
 * @returns what the script printed
 * @throws Problem when AWS refuses; Error of one sentence when the script fails or gives no answer
 */
export async function askDevice(aws: Aws, command: LookCommand, sleep: Surroundings['sleep']): Promise<string> {
  const { title, instance } = command;
  const id = await sent(aws, command);
  const begun = Date.now();
  for (;;) {
    await sleep(EVERY, new AbortController().signal);
    const waited = Date.now() - begun;
    const told = await invocation(aws, id, instance, waited);
    if (told !== undefined && !RUNNING.includes(told.Status ?? '')) {
      if (told.Status === 'Success') return told.StandardOutputContent ?? '';
      throw new Error(
        `${title}: ${lastWords(told.StandardErrorContent) ?? `the look ended as ${told.StatusDetails}`}.`,
      );
    }
    if (waited > PATIENCE) throw new Error(`${title} gave no answer within ${PATIENCE / 1000} s (command ${id}).`);
  }
}

async function sent(aws: Aws, { title, document, instance, parameters }: LookCommand): Promise<string> {
  try {
    const { Command: command } = await aws.ssm.sendCommand({
      DocumentName: document,
      InstanceIds: [instance],
      Parameters: Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, [value]])),
      TimeoutSeconds: DELIVERY,
      Comment: 'edge-ramp import',
    });
    return command?.CommandId ?? '';
  } catch (error) {
    if (error instanceof Problem && error.code === 'InvalidInstanceId')
      throw new Problem(
        'other',
        `${title} cannot be reached: ${instance} is not connected to Systems Manager in this account and region (is it running, and its agent?).`,
        { cause: error.cause },
      );
    if (error instanceof Problem && error.code === 'InvalidDocument')
      throw new Problem(
        'version',
        `The deployment has no document ${document}: deploy this version (npx cdk deploy), or use the one that was deployed.`,
        { cause: error.cause },
      );
    throw error;
  }
}

async function invocation(aws: Aws, id: string, instance: string, waited: number) {
  try {
    return await aws.ssm.getCommandInvocation({ CommandId: id, InstanceId: instance });
  } catch (error) {
    if (error instanceof Problem && error.code === 'InvocationDoesNotExist' && waited < SETTLES) return undefined;
    throw error;
  }
}

/** The script's last sentence on stderr. */
function lastWords(stderr = ''): string | undefined {
  const line = stderr.split('\n').findLast((each) => each.startsWith('edge-ramp: '));
  return line?.slice('edge-ramp: '.length);
}
