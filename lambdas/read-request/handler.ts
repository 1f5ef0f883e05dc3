import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { loggedStep, type About } from '../telemetry/logged-step';
import { readRequest, type CheckedRequest } from './request';

const parameters = new SSMClient({});

/** Read request: the execution's input, checked, with the declared tunnel. Contacts no device. */
export const handler = loggedStep(aboutRequest, (input: unknown): Promise<CheckedRequest> =>
  readRequest(input, declarationOf),
);

/** The stored declaration of a tunnel, JSON; undefined: it is not declared. */
async function declarationOf(tunnel: string): Promise<string | undefined> {
  try {
    const { Parameter } = await parameters.send(
      new GetParameterCommand({ Name: `${process.env['TUNNELS_PREFIX']}${tunnel}` }),
    );
    return Parameter?.Value;
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw error;
  }
}

/** An input that nobody has checked yet may be anything. It does not say which execution it belongs to: the trace id does. */
function aboutRequest(input: unknown): About {
  const { tunnel } = (typeof input === 'object' && input !== null ? input : {}) as { readonly tunnel?: unknown };
  return { step: 'Read request', tunnel: typeof tunnel === 'string' ? tunnel.slice(0, 32) : undefined };
}
