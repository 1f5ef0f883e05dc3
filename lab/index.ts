import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from './cloud/asl/load';
import type { StateEvent } from './cloud/asl/run';
import { accessTo } from './cloud/access';
import { Clock } from './cloud/clock';
import { Deployment } from './cloud/deployment';
import { Endpoint, onlyMembers, ServiceError, type Input } from './cloud/endpoint';
import { instanceEvent, executionEvent } from './cloud/events/emitted';
import type { Entry } from './cloud/events/bus';
import { Events, type Ticking } from './cloud/events/events';
import { Executions, machineArn, type ExecutionRecord, type ExecutionResult, type Request } from './cloud/executions';
import { integrations } from './cloud/integrations';
import { Functions } from './cloud/lambda';
import { announce, lock } from './cloud/lock';
import { Notices } from './cloud/notices';
import { putEvents } from './cloud/put-events';
import { Secrets } from './cloud/secrets';
import { Commands, type Sent, type Trip } from './cloud/ssm/commands';
import { Instances } from './cloud/ssm/instances';
import { parameterStore } from './cloud/ssm/parameters';
import { stepFunctions } from './cloud/step-functions';
import { plain, Tables } from './cloud/table';
import { HOST_ACTIONS, isSendFault, type Fault, type Hosts, type HostsOptions } from './hosts/host';
import { simulatedHosts } from './hosts/simulated';

export type { ExecutionRecord, ExecutionResult, Sent, StateEvent, Trip };

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
  /** Whether the deployed rules are evaluated; default false: nothing runs but what is started. */
  readonly events?: boolean;
  /** How rules with a rate are ticked; default `manual`: by `passTime` alone. `real`: in real time, whatever the speed. */
  readonly schedule?: Ticking;
  /** Replaces the declared tunnels. */
  readonly specs?: readonly unknown[];
  /** Serves others, too: on this port of 127.0.0.1 (0: any that is free), told in the state folder's file `endpoint`. */
  readonly port?: number;
  /** Called when an execution has started, whoever started it, and when it has ended. */
  readonly onExecution?: (record: ExecutionRecord) => void;
  /** Makes the hosts; default the simulated ones. */
  readonly hosts?: (options: HostsOptions) => Promise<Hosts>;
}
export interface Lab {
  readonly hosts: Hosts;
  /** Where all services answer. */
  readonly url: string;
  /** The environment with which AWS clients reach them. */
  readonly environment: Readonly<Record<string, string>>;
  /** ARN of the state machine. */
  readonly stateMachine: string;
  /** Starts the state machine with an input. */
  start(input: unknown, onEvent?: (event: StateEvent) => void): { arn: string; done: Promise<ExecutionResult> };
  /** Ends an execution as ABORTED at once; a function in flight runs on, as on AWS. */
  stop(arn: string): Promise<void>;
  /** Every execution, of earlier labs in this folder too, the newest first. */
  executions(): readonly ExecutionRecord[];
  /** The tunnel's item as plain JavaScript. */
  item(tunnel: string): Promise<Record<string, unknown> | undefined>;
  /** What went through the SSM endpoint since open. */
  trips(): readonly Trip[];
  /** What the SSM endpoint was asked to send since open, taken or not. */
  sends(): readonly Sent[];
  /** Puts an event on the bus, as PutEvents does. @returns its id */
  put(event: Entry): string;
  /** Resolves when no event is on its way and no execution runs any more. */
  settled(): Promise<void>;
  /**
   * Lets so many seconds pass on the lab's clock, at once: each rule with a rate is ticked when it is due, and what it starts has ended before time goes on.
   * Waits of executions and hosts keep running at the lab's speed.
   */
  passTime(seconds: number): Promise<void>;
  /** The lab's date, in milliseconds since the epoch. */
  now(): number;
  /** New functions, documents and parameters for later steps; a running execution keeps its definition. */
  redeploy(assembly: string): Promise<void>;
  close(): Promise<void>;
}

const KEPT = ['table', 'executions', 'keys', 'hosts', 'logs', 'agent'];
/** Where the clock stood, in milliseconds since the epoch: it does not go back when the lab is opened again. */
const CLOCK = 'clock';

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

/** The tunnels of this lab, those included that were declared once: their devices do not go with a file in tunnels/. */
function everDeclared(file: string, specs: readonly unknown[]): readonly unknown[] {
  const before = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as readonly { name: string }[]) : [];
  const named = new Set((specs as readonly { name: string }[]).map(({ name }) => name));
  const all = [...specs, ...before.filter(({ name }) => !named.has(name))];
  writeFileSync(file, JSON.stringify(all));
  return all;
}

/** Opens the parts one after another; `opened` collects how to close each. */
async function open(
  options: LabOptions,
  state: string,
  deployment: Deployment,
  opened: (() => unknown)[],
): Promise<Lab> {
  const folder = (name: string) => join(state, name);
  if (options.fresh) [...KEPT, CLOCK].forEach((name) => rmSync(folder(name), { recursive: true, force: true }));
  KEPT.filter((name) => name !== 'table').forEach((name) => mkdirSync(folder(name), { recursive: true }));

  const clock = new Clock(options.speed);
  if (existsSync(folder(CLOCK))) clock.passTo(Number(readFileSync(folder(CLOCK), 'utf8')));
  opened.push(() => clock.ahead > 0 && writeFileSync(folder(CLOCK), String(clock.now())));
  const specs = everDeclared(join(folder('hosts'), 'declared.json'), options.specs ?? deployment.specs());
  let events: Events | undefined;
  const executions = new Executions(
    folder('executions'),
    (record) => {
      options.onExecution?.(record);
      events?.put(executionEvent(record));
    },
    () => clock.now(),
  );
  const secrets = new Secrets(folder('keys'), specs);
  const tables = await Tables.open(folder('table'), deployment.assembly.resources('AWS::DynamoDB::Table'));
  opened.push(() => tables.close());

  const makeHosts = options.hosts ?? simulatedHosts;
  const hosts = await makeHosts({
    specs,
    directory: folder('hosts'),
    secret: (name) => secrets.publicKey(name),
    clock,
    onState: (instance, power) => events?.put(instanceEvent(instance, power)),
    ...(options.faults ? { faults: options.faults } : {}),
    ...(options.speed ? { speed: options.speed } : {}),
  });
  opened.push(async () => {
    hosts.save();
    await hosts.close();
  });

  const environment: Record<string, string> = {};
  const instances = new Instances(specs, hosts, () => clock.now());
  const { registered } = instances;
  const documents = () => deployment.documents;
  const commands = new Commands({
    hosts,
    clock,
    documents,
    registered,
    environment,
    directory: folder('agent'),
    faults: (options.faults ?? []).filter(isSendFault),
  });
  opened.push(() => commands.close());
  const notices = new Notices(join(folder('logs'), 'notices.log'), () => deployment.topics());
  const start = (request: Request, emit: (event: StateEvent) => void = () => {}) => {
    const deployed = { arn: machineArn(deployment.machine.name), machine };
    return executions.start(deployed, request, { integrations: services, clock, emit });
  };
  const endpoint = await Endpoint.open(
    {
      ...commands.operations,
      ...instances.operations,
      ...parameterStore(() => deployment.parameters),
      ...secrets.operations,
      ...notices.operations,
      'EdgeRampLab.Host': (input) => actOnHost(hosts, input),
      ...putEvents((event) => bus.put(event)),
      ...stepFunctions({ executions, deployment: () => deployment, start }),
    },
    { port: options.port, elsewhere: { 'DynamoDB_20120810.': tables.url } },
  );
  opened.push(() => endpoint.close());
  Object.assign(environment, accessTo(endpoint.url), { AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint.url });

  const endpoints = {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_ENDPOINT_URL_SSM: endpoint.url,
    AWS_ENDPOINT_URL_DYNAMODB: tables.url,
  };
  const runtime = { clock, logs: folder('logs'), endpoints };
  let functions = new Functions(deployment.assembly, runtime);
  const retired: Functions[] = [];
  opened.push(() => Promise.all([functions, ...retired].map((each) => each.close(true))));

  const services = integrations(() => functions, tables, executions, instances, notices);
  const definition = (from: Deployment) => load(String(from.machine.get('DefinitionString')), services);
  let machine = definition(deployment);
  opened.push(() => executions.close());
  const bus = (events = new Events({
    on: options.events ?? false,
    ticking: options.schedule ?? 'manual',
    clock,
    assembly: () => deployment.assembly,
    functions: () => functions,
    executions,
    logs: folder('logs'),
  }));
  opened.push(() => bus.close());
  if (options.port !== undefined) opened.push(announce(state, endpoint.url));

  return {
    hosts,
    url: endpoint.url,
    environment: accessTo(endpoint.url),
    get stateMachine() {
      return machineArn(deployment.machine.name);
    },
    start: (input, emit) => start({ input: JSON.stringify(input ?? {}) }, emit),
    stop: (arn) => executions.stop(arn),
    executions: () => executions.list(machineArn(deployment.machine.name)),
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
    sends: () => commands.sends(),
    put: (event) => bus.put(event),
    settled: () => bus.settled(),
    passTime: (seconds) => bus.passTime(seconds),
    now: () => clock.now(),
    async redeploy(assembly) {
      const next = new Deployment(assembly, options.specs);
      machine = definition(next);
      await tables.create(next.assembly.resources('AWS::DynamoDB::Table'));
      retired.push(functions);
      void functions.close(false);
      functions = new Functions(next.assembly, runtime);
      deployment = next;
      bus.refresh();
    },
    async close() {
      for (const close of opened.splice(0).reverse()) await close();
    },
  };
}

/** `EdgeRampLab.Host`, an operation that AWS has not: does to a host what `edge-ramp local host` asks for, while the lab is open. */
async function actOnHost(hosts: Hosts, input: Input): Promise<unknown> {
  onlyMembers('EdgeRampLab.Host', input, ['host', 'do']);
  const action = HOST_ACTIONS.find((each) => each === input['do']);
  if (!action) throw new ServiceError('ValidationException', `do must be one of ${HOST_ACTIONS.join(', ')}.`);
  try {
    await hosts.act(String(input['host']), action);
  } catch (error) {
    throw new ServiceError('ValidationException', (error as Error).message);
  }
  hosts.save();
  return {};
}
