import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { environment } from '../environment';
import { memoryOf, pairItemOf } from '../runs/memory';
import { describeRun } from '../runs/sfn';
import { loggedStep, type StepFields } from '../telemetry/logged-step';
import { refuseThrottled } from '../throttled';
import { readRunContext, type RunContext, type RunContextInput } from './run-context';

const parameters = new SSMClient({});
const table = new DynamoDBClient({});
const executions = new SFNClient({});

/** Read request: checks the execution's input, and reads the tunnel's declaration, its item and its pair's. Contacts no device. */
export const handler = loggedStep(aboutRequest, (input: RunContextInput): Promise<RunContext> =>
  readRunContext(input, {
    declaration: (tunnel) => asking('Systems Manager', declaration(tunnel)),
    memory: (tunnel) => asking('DynamoDB', memoryOf(table, environment('TABLE'), tunnel, true)),
    pair: (key) => asking('DynamoDB', pairItemOf(table, environment('TABLE'), key, true)),
    describe: (arn) => asking('Step Functions', describeRun(executions, arn)),
    now: () => new Date(),
  }),
);

/** @throws Throttled when the service asks to slow down; else the question's own error */
function asking<Answer>(service: string, question: Promise<Answer>): Promise<Answer> {
  return question.catch((error: unknown) => {
    if (error instanceof Error) refuseThrottled(service, error);
    throw error;
  });
}

/** The stored declaration of a tunnel, JSON; undefined: it is not declared. */
async function declaration(tunnel: string): Promise<string | undefined> {
  try {
    const { Parameter } = await parameters.send(
      new GetParameterCommand({ Name: `${environment('TUNNELS_PREFIX')}${tunnel}` }),
    );
    return Parameter?.Value;
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw error;
  }
}

/** The input is not checked yet: it may be anything. */
function aboutRequest({ input, execution }: RunContextInput): StepFields {
  const { tunnel } = (typeof input === 'object' && input !== null ? input : {}) as { readonly tunnel?: unknown };
  return { step: 'Read request', tunnel: typeof tunnel === 'string' ? tunnel.slice(0, 32) : undefined, execution };
}
