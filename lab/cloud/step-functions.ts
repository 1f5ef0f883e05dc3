import { withoutData } from './asl/history';
import type { Deployment } from './deployment';
import { machineArn, type ExecutionRecord, type Executions, type Request } from './executions';
import { onlyMembers, ServiceError, type Input, type Operations } from './endpoint';
import { page } from './pages';

const PAGING = { max: 'maxResults', token: 'nextToken', usual: 100, most: 1000, badToken: 'InvalidToken' };
const MOST_INPUT = 262_144;
const STATUS = ['RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'];

/** The one state machine of the lab, as it is deployed now. */
export interface Served {
  readonly executions: Executions;
  readonly deployment: () => Deployment;
  /** Starts an execution of it. */
  readonly start: (request: Request) => { readonly begun: ExecutionRecord };
}

/** The operations of Step Functions that the product and its operators use. Dates are epoch seconds. */
export function stepFunctions({ executions, deployment, start }: Served): Operations {
  const machine = () => deployment().machine;
  const execution = (input: Input): ExecutionRecord => {
    const arn = arnIn(input, 'executionArn');
    const record = executions.find(arn);
    if (!record) throw new ServiceError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return record;
  };
  const thatMachine = (input: Input): string => {
    const arn = arnIn(input, 'stateMachineArn');
    if (arn !== machineArn(machine().name))
      throw new ServiceError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return arn;
  };
  const described = () => ({
    stateMachineArn: machineArn(machine().name),
    name: machine().name,
    type: 'STANDARD',
    creationDate: deployment().at / 1000,
  });
  return target({
    StartExecution: (input) => {
      onlyMembers('StartExecution', input, ['stateMachineArn', 'name', 'input']);
      thatMachine(input);
      const { begun } = start({ input: inputText(input.input), name: nameIn(input.name) });
      return { executionArn: begun.ExecutionArn, startDate: seconds(begun.StartDate) };
    },
    DescribeExecution: (input) => {
      onlyMembers('DescribeExecution', input, ['executionArn', 'includedData']);
      return describe(execution(input));
    },
    StopExecution: async (input) => {
      onlyMembers('StopExecution', input, ['executionArn', 'error', 'cause']);
      const { ExecutionArn: arn } = execution(input);
      await executions.stop(arn, input);
      return { stopDate: seconds(executions.find(arn)!.StopDate!) };
    },
    ListExecutions: (input) => {
      onlyMembers('ListExecutions', input, ['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken']);
      const arn = thatMachine(input);
      const { statusFilter: status } = input as { statusFilter?: string };
      if (status !== undefined && !STATUS.includes(status))
        throw new ServiceError('ValidationException', `statusFilter is one of ${STATUS.join(', ')}.`);
      const all = executions.list(arn).filter((each) => status === undefined || each.Status === status);
      const { items, rest } = page(all, input, PAGING);
      return { executions: items.map(summary), ...rest };
    },
    GetExecutionHistory: (input) => {
      const known = ['executionArn', 'maxResults', 'nextToken', 'reverseOrder', 'includeExecutionData'];
      onlyMembers('GetExecutionHistory', input, known);
      const events = executions.events(execution(input).ExecutionArn);
      const { items, rest } = page(input.reverseOrder === true ? events.reverse() : events, input, PAGING);
      return { events: input.includeExecutionData === false ? items.map(withoutData) : items, ...rest };
    },
    DescribeStateMachine: (input) => {
      onlyMembers('DescribeStateMachine', input, ['stateMachineArn', 'includedData']);
      thatMachine(input);
      return {
        ...described(),
        status: 'ACTIVE',
        definition: machine().get('DefinitionString'),
        roleArn: machine().get('RoleArn') ?? '',
      };
    },
    ListStateMachines: (input) => {
      onlyMembers('ListStateMachines', input, ['maxResults', 'nextToken']);
      const { items, rest } = page([described()], input, PAGING);
      return { stateMachines: items, ...rest };
    },
  });
}

const target = (operations: Operations): Operations =>
  Object.fromEntries(Object.entries(operations).map(([name, call]) => [`AWSStepFunctions.${name}`, call]));

const seconds = (date: string) => Date.parse(date) / 1000;

/** What lists and descriptions have in common. */
function summary(record: ExecutionRecord) {
  return {
    executionArn: record.ExecutionArn,
    stateMachineArn: record.StateMachineArn,
    name: record.Name,
    status: record.Status,
    startDate: seconds(record.StartDate),
    ...(record.StopDate === undefined ? {} : { stopDate: seconds(record.StopDate) }),
  };
}

function describe(record: ExecutionRecord) {
  const included = { included: true };
  return {
    ...summary(record),
    input: record.Input,
    inputDetails: included,
    ...(record.Output === undefined ? {} : { output: record.Output, outputDetails: included }),
    ...(record.Error === undefined ? {} : { error: record.Error }),
    ...(record.Cause === undefined ? {} : { cause: record.Cause }),
    redriveCount: 0,
    redriveStatus: 'NOT_REDRIVABLE',
    redriveStatusReason: 'The lab does not implement RedriveExecution.',
  };
}

/** @throws ServiceError InvalidArn for what is no ARN of Step Functions */
function arnIn(input: Input, member: string): string {
  const arn = String(input[member]);
  if (!/^arn:aws[a-z-]*:states:[^:]*:[^:]*:(stateMachine|execution):.+$/.test(arn))
    throw new ServiceError('InvalidArn', `Invalid Arn: '${arn}'`);
  return arn;
}

/** @throws ServiceError InvalidName for a name that Step Functions does not take */
function nameIn(name: unknown): string | undefined {
  if (name === undefined) return undefined;
  if (typeof name !== 'string' || !/^[^\s<>{}[\]?*"#%\\^|~`$&,;:/\p{Cc}\uFFFE\uFFFF]{1,80}$/u.test(name))
    throw new ServiceError('InvalidName', `Invalid Name: ${JSON.stringify(name)}`);
  return name;
}

/** @throws ServiceError InvalidExecutionInput for an input that is not JSON, or too long */
function inputText(text: unknown = '{}'): string {
  if (typeof text !== 'string') throw new ServiceError('SerializationException', 'input must be a text of JSON.');
  if (Buffer.byteLength(text) > MOST_INPUT)
    throw new ServiceError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: more than ${MOST_INPUT} bytes`,
    );
  try {
    JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw new ServiceError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${message}'`);
  }
  return text;
}
