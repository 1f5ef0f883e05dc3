import jsonata from 'jsonata';
import validate from 'asl-validator';
import { RETRY_POLICIES } from '../../lib/stack/retry-policies';
import { VARIABLES } from '../../lib/stack/workflow/variables';
import { bookkeeping } from '../../lib/tunnel/run/automation';
import { readMemory } from '../../lib/tunnel/run/memory';
import { END_STATES } from '../../lib/tunnel/run/outcome';
import { type State, everyState, expressionsIn } from './support/definition';
import { cells, current } from './support/documents';
import { stateGraph } from './support/state-graph';
import { machine } from './support/machine';
import { retryTable } from './support/retry-table';
import { evaluate } from './support/walk';

const states = everyState(machine);

/** What a task calls: a handler by its name, or a service's action. */
function calls(state: State): string {
  const handler = /Steps(\w+?)Function/.exec(String(state.Arguments?.['FunctionName']))?.[1];
  return handler ?? state.Resource!.split(':').slice(-1)[0]!;
}

/** The worst-case total of a state's waits, by its Retry blocks. */
const worstCases = (state: State): number[] =>
  (state.Retry ?? []).map(({ IntervalSeconds, MaxAttempts, BackoffRate, MaxDelaySeconds }) =>
    Array.from({ length: MaxAttempts }, (_, n) => Math.min(IntervalSeconds * BackoffRate ** n, MaxDelaySeconds)).reduce(
      (a, b) => a + b,
    ),
  );

// Retry totals in seconds. Thinking: Throttled 70, Lambda failed 25, Lambda full 90. Looking: and not delivered 15.
// Changing a device: never "Lambda failed", since nobody knows how far the handler came.
const COMPUTES = [70, 25, 90];
const LOOKS = [70, 15, 25, 90];
const CHANGES = [70, 15, 90];
const TABLE = [35];
const ENDING = ['How does the run end?'];
const FAILURE = ['Was anything changed?'];

/** A step in a branch never fails: it answers with what happened. */
const BRANCH = ['its own'];

const TASKS: [name: string, calls: string, timeOut: number, retries: number[], catches: string[]][] = [
  ['Read request', 'ReadRequest', 45, COMPUTES, ['InvalidRequest', 'NotStarted']],
  ['Is the instance connected?', 'describeInstanceInformation', 15, [50], ['Read request']],
  ['Record pause', 'updateItem', 15, TABLE, ['NotStarted']],
  ['Record resume', 'updateItem', 15, TABLE, ['NotStarted']],
  ['Tell keepers', 'RampNodes', 870, LOOKS, ['How does the run end?']],
  ['Take pair', 'updateItem', 15, TABLE, ['Lost a race', 'NotStarted']],
  ['Take lease', 'updateItem', 15, TABLE, ['Lost a race', 'NotStarted']],
  ['Record look', 'updateItem', 15, TABLE, ['How does the run end?']],
  ['Observe BIG-IP', 'BigIp', 870, LOOKS, BRANCH],
  ['Observe ramp nodes', 'RampNodes', 870, LOOKS, BRANCH],
  ['Observe cluster', 'Cluster', 870, LOOKS, BRANCH],
  ['Plan', 'Plan', 45, COMPUTES, FAILURE],
  ['Record before', 'updateItem', 15, TABLE, FAILURE],
  ['Detach virtual servers', 'BigIp', 870, CHANGES, FAILURE],
  ['Prepare ramp nodes', 'RampNodes', 870, CHANGES, BRANCH],
  ['Label nodes, configure ipfailover', 'Cluster', 870, CHANGES, BRANCH],
  ['Configure BIG-IP', 'BigIp', 870, CHANGES, BRANCH],
  ['Configure ramp nodes', 'RampNodes', 870, CHANGES, BRANCH],
  ['Configure cluster', 'Cluster', 870, CHANGES, BRANCH],
  ['Ping from BIG-IP', 'BigIp', 870, LOOKS, BRANCH],
  ['Ping from ramp nodes', 'RampNodes', 870, LOOKS, BRANCH],
  ['Attach virtual servers', 'BigIp', 870, CHANGES, FAILURE],
  ['Clean up BIG-IP', 'BigIp', 870, CHANGES, BRANCH],
  ['Clean up ramp nodes', 'RampNodes', 870, CHANGES, BRANCH],
  ['Clean up cluster', 'Cluster', 870, CHANGES, BRANCH],
  ['Record applied', 'updateItem', 15, TABLE, FAILURE],
  ['Record unchanged', 'updateItem', 15, TABLE, FAILURE],
  ['Record torn down', 'updateItem', 15, TABLE, FAILURE],
  ['Record planned', 'updateItem', 15, TABLE, FAILURE],
  ['Record nothing to restore', 'updateItem', 15, TABLE, FAILURE],
  ['Record not verified', 'updateItem', 15, TABLE, ENDING],
  ['Record not started', 'updateItem', 15, TABLE, ENDING],
  ['New fence', 'updateItem', 15, TABLE, ['Record not restored']],
  ['Observe BIG-IP again', 'BigIp', 870, LOOKS, BRANCH],
  ['Observe ramp nodes again', 'RampNodes', 870, LOOKS, BRANCH],
  ['Observe cluster again', 'Cluster', 870, LOOKS, BRANCH],
  ['Plan restore', 'Plan', 45, COMPUTES, FAILURE],
  ['Detach again', 'BigIp', 870, CHANGES, FAILURE],
  ['Restore BIG-IP', 'BigIp', 870, CHANGES, BRANCH],
  ['Restore ramp nodes', 'RampNodes', 870, CHANGES, BRANCH],
  ['Restore cluster', 'Cluster', 870, CHANGES, BRANCH],
  ['Reattach virtual servers', 'BigIp', 870, CHANGES, FAILURE],
  ['Record restored', 'updateItem', 15, TABLE, ENDING],
  ['Record not restored', 'updateItem', 15, TABLE, ENDING],
  ['Tell people', 'publish', 15, [15], ENDING],
];

describe('the tasks', () => {
  test.each(TASKS)('%s calls %s', (name, what, timeOut, retries, catches) => {
    const state = new Map(states).get(name)!;
    expect(calls(state)).toBe(what);
    expect(state.TimeoutSeconds).toBe(timeOut);
    expect(worstCases(state)).toEqual(retries);
    expect(state.Catch!.map(({ Next }) => Next)).toEqual(catches === BRANCH ? [`${name} failed`] : catches);
    expect(state.Catch!.at(-1)!.ErrorEquals).toEqual(['States.ALL']);
  });

  test('are all in the table', () => {
    expect(
      states
        .filter(([, { Type }]) => Type === 'Task')
        .map(([name]) => name)
        .sort(),
    ).toEqual(TASKS.map(([name]) => name).sort());
  });

  test.each(['Observe', 'Prepare', 'Configure', 'Verify ping', 'Clean up', 'Observe again', 'Restore'])(
    '%s catches what a branch cannot',
    (name) => {
      expect(machine.States[name]!.Catch!.map(({ Next }) => Next)).toEqual(FAILURE);
    },
  );

  test('never retry what a device refused, nor what nobody knows', () => {
    const retried = states.flatMap(([, { Retry }]) => (Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals));
    expect(retried).not.toContain('DeviceRefused');
    expect(retried).not.toContain('OutcomeUnknown');
    expect(retried).not.toContain('States.ALL');
    expect(retried).not.toContain('States.TaskFailed');
  });

  // What a service's model does not name, as throttling, arrives under the name of all its errors.
  test.each([
    [':states:::dynamodb:', 'DynamoDB.AmazonDynamoDBException'],
    [':states:::aws-sdk:ssm:', 'Ssm.SsmException'],
    [':states:::sns:', 'SNS.AmazonSNSException'],
  ])('that call%s try again whatever the service asks for patience by', (resource, name) => {
    const calling = states.filter(([, { Resource }]) => Resource?.includes(resource));
    expect(calling).not.toEqual([]);
    for (const [, { Retry }] of calling) {
      expect(Retry![0]!.ErrorEquals).toEqual(
        expect.arrayContaining([name, `${name.split('.')[0]}.SdkClientException`, 'States.Timeout']),
      );
      expect(Retry![0]!.ErrorEquals.some((each) => /Exists?Exception|ConditionalCheck/.test(each))).toBe(false);
    }
  });

  test('that call a service are all among these', () => {
    const services = states.flatMap(
      ([, { Resource = '' }]) => /:states:::(?:aws-sdk:)?(\w+):/.exec(Resource)?.[1] ?? [],
    );
    expect([...new Set(services)].sort()).toEqual(['dynamodb', 'lambda', 'sns', 'ssm']);
  });

  test('that ask a handler never have the Retry of CDK added', () => {
    const policies = Object.values(RETRY_POLICIES).map(({ errors }) => errors.join());
    for (const [, { Retry }] of states)
      for (const { ErrorEquals } of Retry ?? []) expect(policies).toContain(ErrorEquals.join());
  });
});

describe('the ends', () => {
  test('are those of the shared list, by name and by kind', () => {
    const ends = states.filter(([, { Type }]) => Type === 'Succeed' || Type === 'Fail');
    expect(Object.fromEntries(ends.map(([name, { Type }]) => [name, Type === 'Succeed']))).toEqual(
      Object.fromEntries(END_STATES.map(({ name, succeeds }) => [name, succeeds])),
    );
  });

  test('a failed execution has the name of its end as its error', () => {
    for (const [name, state] of states) if (state.Type === 'Fail') expect(state.Error).toBe(name);
  });

  test('every way to an end that failed after the lease was taken writes the result first', () => {
    const leadingTo = (name: string): string[] =>
      states
        .filter(([, { Next, Default, Choices = [] }]) =>
          [Next, Default, ...Choices.map((rule) => rule.Next)].includes(name),
        )
        .map(([from]) => from);
    for (const name of ['RolledBack', 'RollbackFailed']) expect(leadingTo(name)).toEqual(ENDING);
    for (const from of leadingTo(ENDING[0]!)) expect(from).toMatch(/^(Record|Tell people|Tell keepers)/);
  });
});

describe('the definition', () => {
  test('is valid', () => {
    const { isValid, errorsText } = validate(
      JSON.parse(
        JSON.stringify(machine)
          .replaceAll('<AWS::Partition>', 'aws')
          .replace(/<[\w:.]+>/g, 'x'),
      ),
    );
    expect(isValid ? '' : errorsText()).toBe('');
  });

  test('is small enough, and every state says what it is for', () => {
    expect(states.length).toBeLessThan(115);
    expect(JSON.stringify(machine).length).toBeLessThan(200_000);
    expect(states.filter(([, { Comment }]) => !Comment).map(([name]) => name)).toEqual([]);
  });

  test('has only short expressions that parse and stand on one line: what needs more is decided in TypeScript', () => {
    const expressions = expressionsIn(machine);
    expect(expressions.length).toBeGreaterThan(200);
    for (const expression of new Set(expressions)) {
      expect(expression.length).toBeLessThanOrEqual(200);
      expect(expression).not.toContain('\n');
      expect(() => jsonata(expression)).not.toThrow();
    }
  });

  test('names only variables that the first state sets', () => {
    const known = new Set([...Object.keys(VARIABLES), 'states']);
    for (const [name, state] of states) {
      const { Branches: _, ...own } = state;
      const functions =
        /\$(append|contains|count|exists|join|max|merge|millis|not|now|number|parse|split|string|substring|toMillis|type)\(/g;
      const used = expressionsIn(own)
        .flatMap((e) => [...e.replace(functions, '(').matchAll(/\$(\w+)/g)].map(([, v]) => v!))
        // A name inside of one expression.
        .filter((variable) => variable !== 'c');
      for (const variable of used) expect([name, variable, known.has(variable)]).toEqual([name, variable, true]);
      expect([name, Object.keys(state.Assign ?? {}).every((variable) => known.has(variable))]).toEqual([name, true]);
    }
  });

  test('gives no variable the name of a function: an expression that meant the function would get the value', async () => {
    for (const name of [...Object.keys(VARIABLES), 'states']) {
      expect([name, await jsonata(`$${name}`).evaluate({})]).toEqual([name, undefined]);
      // What Step Functions adds to JSONata.
      expect(['partition', 'range', 'hash', 'random', 'uuid', 'parse']).not.toContain(name);
    }
  });

  test('assigns nothing inside a branch: a name from outside cannot be set there', () => {
    for (const [, { Branches }] of states)
      for (const branch of Branches ?? [])
        for (const [, state] of everyState(branch)) {
          expect(state.Assign).toBeUndefined();
          for (const { Assign } of state.Catch ?? []) expect(Assign).toBeUndefined();
        }
  });
});

describe('where nothing can be caught', () => {
  const request = {
    contract: 1,
    tunnel: 'edge-a',
    action: 'apply',
    allowInterruption: false,
    expect: null,
    trigger: null,
    repair: null,
    declared: true,
    spec: {},
  };
  const least = {
    ...VARIABLES,
    request,
    bookkeeping: bookkeeping(readMemory(undefined), request as never, 'arn:me', new Date()),
  };
  const context = { Execution: { Id: 'arn:me' } };
  const choices = states.filter(([, { Type }]) => Type === 'Choice');

  test.each(choices)('%s has a total condition', async (_, { Choices }) => {
    for (const input of [{}, { status: 'RUNNING' }, { good: true, failure: null }])
      for (const { Condition } of Choices!)
        expect(typeof (await evaluate(Condition, least, { input, context }))).toBe('boolean');
  });

  test.each(states.filter(([, { Type }]) => ['Succeed', 'Fail', 'Pass', 'Wait'].includes(Type)))(
    '%s has values for all it says',
    async (_, { Output, Cause, Seconds }) => {
      for (const failure of [null, { error: 'DeviceRefused', cause: 'no', state: 'Plan' }])
        for (const value of [Output, Cause, Seconds])
          if (value !== undefined && !(failure === null && JSON.stringify(value).includes('($failure.cause')))
            await expect(evaluate(value, { ...least, failure }, { input: {}, context })).resolves.toBeDefined();
    },
  );
});

describe('the documents', () => {
  test('docs/retries.md is current', () => {
    expect(cells(current('retries.md', 'policies', retryTable()))).toEqual(cells(retryTable()));
  });

  test('docs/state-graph.md is current', () => {
    const graph = ['```mermaid', stateGraph(machine), '```'].join('\n');
    expect(current('state-graph.md', 'graph', graph)).toBe(graph);
  });
});
