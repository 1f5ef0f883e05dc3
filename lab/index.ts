import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load, type Machine } from './cloud/asl/load';
import { run, type StateEvent } from './cloud/asl/run';
import { Clock } from './cloud/clock';
import { Endpoint, ServiceError } from './cloud/endpoint';
import { Executions, type ExecutionRecord } from './cloud/executions';
import { integrations } from './cloud/integrations';
import { Functions } from './cloud/lambda';
import { lock } from './cloud/lock';
import { Secrets } from './cloud/secrets';
import { Commands, type Trip } from './cloud/ssm/commands';
import { readDocument, type CommandDocument } from './cloud/ssm/document';
import { plain, Tables } from './cloud/table';
import { ACCOUNT, readAssembly, REGION, type Assembly } from './cloud/template';
import type { Fault, Hosts, HostsOptions } from './hosts/host';
import { simulatedHosts } from './hosts/simulated';

export type { StateEvent, Trip };

export interface LabOptions {
  /** The folder that `cdk synth` wrote; default `cdk.out`. */
  readonly assembly?: string;
  /** Folder for everything the lab keeps; one process at a time. */
  readonly state: string;
  /** Forget what an earlier lab left there. */
  readonly fresh?: boolean;
  readonly faults?: readonly Fault[];
  /** 1 (default): every wait, time-out and interval of lab and handlers runs in real time; 50: fifty times faster. */
  readonly speed?: number;
  /** Replaces the declared tunnels. */
  readonly specs?: readonly unknown[];
  /** Makes the hosts; default the simulated ones. */
  readonly hosts?: (options: HostsOptions) => Promise<Hosts>;
}
export interface ExecutionResult {
  readonly arn: string;
  readonly status: 'SUCCEEDED' | 'FAILED' | 'ABORTED' | 'TIMED_OUT';
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
  readonly events: readonly StateEvent[];
  readonly transitions: number;
}
export interface Lab {
  readonly hosts: Hosts;
  /** Starts the state machine with an input. */
  start(input: unknown, onEvent?: (event: StateEvent) => void): { arn: string; done: Promise<ExecutionResult> };
  /** Ends an execution as ABORTED at once; a function in flight runs on, as on AWS. */
  stop(arn: string): Promise<void>;
  /** The tunnel's item as plain JavaScript. */
  item(tunnel: string): Promise<Record<string, unknown> | undefined>;
  /** What went through the SSM endpoint since open. */
  trips(): readonly Trip[];
  /** New functions, documents and parameters for later steps; a running execution keeps its definition. */
  redeploy(assembly: string): Promise<void>;
  close(): Promise<void>;
}

const PARAMETERS = '/edge-ramp/tunnels/';
const KEPT = ['table', 'executions', 'keys', 'hosts', 'logs', 'agent'];

/**
 * Opens the product on this machine: what `cdk synth` wrote, on endpoints of 127.0.0.1 and a lab of hosts.
 * @throws Error of one sentence when there is no assembly or the state folder is in use; NotImplemented for a definition that uses
 * more of the States Language than the lab has
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  const state = resolve(options.state);
  const deployment = new Deployment(options.assembly ?? 'cdk.out', options.specs);
  const unlock = lock(state);
  const opened: (() => unknown)[] = [unlock];
  try {
    return await open(options, state, deployment, opened);
  } catch (error) {
    for (const close of opened.reverse()) await close();
    throw error;
  }
}

/** Opens the parts one after another; `opened` collects how to close each. */
async function open(
  options: LabOptions,
  state: string,
  deployment: Deployment,
  opened: (() => unknown)[],
): Promise<Lab> {
  const folder = (name: string) => join(state, name);
  if (options.fresh) KEPT.forEach((name) => rmSync(folder(name), { recursive: true, force: true }));
  KEPT.filter((name) => name !== 'table').forEach((name) => mkdirSync(folder(name), { recursive: true }));

  const clock = new Clock(options.speed);
  const specs = options.specs ?? deployment.specs();
  const executions = new Executions(folder('executions'));
  const secrets = new Secrets(folder('keys'), secretsOf(specs));
  const tables = await Tables.open(folder('table'), deployment.assembly.resources('AWS::DynamoDB::Table'));
  opened.push(() => tables.close());

  const makeHosts = options.hosts ?? simulatedHosts;
  const hosts = await makeHosts({
    specs,
    directory: folder('hosts'),
    secret: (name) => secrets.publicKey(name),
    ...(options.faults ? { faults: options.faults } : {}),
    ...(options.speed ? { speed: options.speed } : {}),
  });
  opened.push(
    () => hosts.close(),
    () => hosts.save(),
  );

  const environment: Record<string, string> = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'lab',
    AWS_SECRET_ACCESS_KEY: 'lab',
  };
  const registered = new Set(JSON.stringify(specs).match(/\b(i|mi)-[0-9a-f]+\b/g) ?? []);
  const documents = () => deployment.documents;
  const commands = new Commands({ hosts, clock, documents, registered, environment, directory: folder('agent') });
  opened.push(() => commands.close());
  const endpoint = await Endpoint.open({
    ...commands.operations,
    ...secrets.operations,
    'AmazonSSM.GetParameter': ({ Name: name }) => deployment.parameter(String(name)),
  });
  opened.push(() => endpoint.close());
  Object.assign(environment, { AWS_ENDPOINT_URL: endpoint.url, AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint.url });

  const endpoints = {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ENDPOINT_URL_SSM: endpoint.url,
    AWS_ENDPOINT_URL_DYNAMODB: tables.url,
  };
  const runtime = { clock, logs: folder('logs'), endpoints };
  let functions = new Functions(deployment.assembly, runtime);
  const retired: Functions[] = [];
  opened.push(() => Promise.all([functions, ...retired].map((each) => each.close(true))));

  const services = integrations(() => functions, tables, executions);
  const definition = (from: Deployment) => ({
    name: from.machine.name,
    machine: load(String(from.machine.get('DefinitionString')), services),
  });
  let current = definition(deployment);

  const running = new Map<string, { abort: AbortController; done: Promise<ExecutionResult> }>();
  const stop = async (arn: string) => {
    running.get(arn)?.abort.abort();
    await running.get(arn)?.done;
  };
  opened.push(() => Promise.all([...running.keys()].map(stop)));

  return {
    hosts,
    start(input, onEvent) {
      const abort = new AbortController();
      const events: StateEvent[] = [];
      const begun = begin(current.name, input);
      const { ExecutionArn: arn } = begun;
      executions.write(begun);
      const done = carry(current.machine, begun, {
        integrations: services,
        clock,
        signal: abort.signal,
        emit: (event) => {
          events.push(event);
          onEvent?.(event);
        },
      });
      const result = done.then(({ record, ...outcome }) => {
        executions.write(record);
        hosts.save();
        running.delete(arn);
        return { arn, events, ...outcome };
      });
      running.set(arn, { abort, done: result });
      return { arn, done: result };
    },
    stop,
    async item(tunnel) {
      const table = deployment.assembly.resources('AWS::DynamoDB::Table')[0]!;
      const { Item: item } = await tables.call('GetItem', {
        TableName: table.name,
        Key: { tunnel: { S: tunnel } },
        ConsistentRead: true,
      });
      return item === undefined ? undefined : plain(item as Record<string, unknown>);
    },
    trips: () => commands.trips(),
    async redeploy(assembly) {
      const next = new Deployment(assembly, options.specs);
      const definitionNext = definition(next);
      await tables.create(next.assembly.resources('AWS::DynamoDB::Table'));
      retired.push(functions);
      void functions.close(false);
      functions = new Functions(next.assembly, runtime);
      deployment = next;
      current = definitionNext;
    },
    async close() {
      for (const close of opened.splice(0).reverse()) await close();
    },
  };
}

/** What one assembly deploys, apart from functions and tables. */
class Deployment {
  readonly assembly: Assembly;
  readonly documents: ReadonlyMap<string, CommandDocument>;
  readonly machine;
  private readonly parameters: ReadonlyMap<string, string>;

  constructor(directory: string, specs: readonly unknown[] | undefined) {
    this.assembly = readAssembly(resolve(directory));
    this.documents = new Map(
      this.assembly.resources('AWS::SSM::Document').map((each) => [each.name, readDocument(each)]),
    );
    const [machine, ...others] = this.assembly.resources('AWS::StepFunctions::StateMachine');
    if (!machine || others.length > 0)
      throw new Error(`${directory} must declare one state machine: the lab runs exactly one.`);
    this.machine = machine;
    const declared = this.assembly
      .resources('AWS::SSM::Parameter')
      .map((each) => [each.name, String(each.get('Value'))] as const);
    this.parameters = new Map([
      ...declared.filter(([name]) => !specs || !name.startsWith(PARAMETERS)),
      ...(specs ?? []).map((spec) => [PARAMETERS + (spec as { name: string }).name, JSON.stringify(spec)] as const),
    ]);
  }

  /** The declared tunnels. */
  specs(): unknown[] {
    return [...this.parameters]
      .filter(([name]) => name.startsWith(PARAMETERS))
      .map(([, value]) => JSON.parse(value) as unknown);
  }

  parameter(name: string): unknown {
    const value = this.parameters.get(name);
    if (value === undefined) throw new ServiceError('ParameterNotFound', `There is no parameter ${name}.`);
    return { Parameter: { Name: name, Type: 'String', Value: value, Version: 1, DataType: 'text' } };
  }
}

const secretsOf = (specs: readonly unknown[]) =>
  (specs as { bigip?: { secret?: string }[] }[]).flatMap(({ bigip = [] }) =>
    bigip.flatMap(({ secret }) => secret ?? []),
  );

function begin(machine: string, input: unknown): ExecutionRecord {
  const name = randomUUID();
  const prefix = `arn:aws:states:${REGION}:${ACCOUNT}`;
  return {
    ExecutionArn: `${prefix}:execution:${machine}:${name}`,
    StateMachineArn: `${prefix}:stateMachine:${machine}`,
    Name: name,
    Status: 'RUNNING',
    StartDate: new Date().toISOString(),
    Input: JSON.stringify(input ?? {}),
  };
}

/** Runs an execution to its end and gives its outcome with the record to keep. */
async function carry(
  machine: Machine,
  begun: ExecutionRecord,
  around: Omit<Parameters<typeof run>[2], 'execution' | 'stateMachine'>,
) {
  const outcome = await run(machine, JSON.parse(begun.Input), {
    ...around,
    execution: { Id: begun.ExecutionArn, Name: begun.Name, StartTime: begun.StartDate },
    stateMachine: { Id: begun.StateMachineArn, Name: begun.StateMachineArn.split(':').at(-1)! },
  });
  const record: ExecutionRecord = {
    ...begun,
    Status: outcome.status,
    StopDate: new Date().toISOString(),
    ...(outcome.output === undefined ? {} : { Output: JSON.stringify(outcome.output) }),
    ...(outcome.error === undefined ? {} : { Error: outcome.error }),
    ...(outcome.cause === undefined ? {} : { Cause: outcome.cause }),
  };
  return { ...outcome, record };
}
