import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { readRequest, type CheckedRequest } from './request';

const parameters = new SSMClient({});

/** Read request: the execution's input, checked, with the declared tunnel. Contacts no device. */
export async function handler(input: unknown): Promise<CheckedRequest> {
  return readRequest(input, async (tunnel) => {
    try {
      const { Parameter } = await parameters.send(
        new GetParameterCommand({ Name: `${process.env['TUNNELS_PREFIX']}${tunnel}` }),
      );
      return Parameter?.Value;
    } catch (error) {
      if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
      throw error;
    }
  });
}
