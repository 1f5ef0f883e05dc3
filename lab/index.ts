import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { load } from './cloud/asl/load';
import type { StateEvent } from './cloud/asl/run';
import { Clock } from './cloud/clock';
import { Deployment } from './cloud/deployment';
import { Endpoint } from './cloud/endpoint';
import { Executions, type ExecutionResult } from './cloud/executions';
import { integrations } from './cloud/integrations';
import { Functions } from './cloud/lambda';
import { lock } from './cloud/lock';
import { Secrets } from './cloud/secrets';
import { Commands, type Trip } from './cloud/ssm/commands';
import { Instances } from './cloud/ssm/instances';
import { plain, Tables } from './cloud/table';
import { REGION } from './cloud/template';
import type { Fault, Hosts, HostsOptions } from './hosts/host';
import { simulatedHosts } from './hosts/simulated';

export type { ExecutionResult, StateEvent, Trip };

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
  if (options.fresh) KEPT.forEach((name) => rmSync(folder(name), { recursive: true, force: true }));
  KEPT.filter((name) => name !== 'table').forEach((name) => mkdirSync(folder(name), { recursive: true }));

  const clock = new Clock(options.speed);
  const specs = everDeclared(join(folder('hosts'), 'declared.json'), options.specs ?? deployment.specs());
  const executions = new Executions(folder('executions'));
  const secrets = new Secrets(folder('keys'), specs);
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
  opened.push(async () => {
    hosts.save();
    await hosts.close();
  });

  const environment: Record<string, string> = {
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: 'lab',
    AWS_SECRET_ACCESS_KEY: 'lab',
  };
  const instances = new Instances(specs, hosts);
  const { registered } = instances;
  const documents = () => deployment.documents;
  const commands = new Commands({ hosts, clock, documents, registered, environment, directory: folder('agent') });
  opened.push(() => commands.close());
  const endpoint = await Endpoint.open({
    ...commands.operations,
    ...instances.operations,
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

  const services = integrations(() => functions, tables, executions, instances, join(folder('logs'), 'notices.log'));
  const definition = (from: Deployment) => load(String(from.machine.get('DefinitionString')), services);
  let machine = definition(deployment);
  opened.push(() => executions.stopAll());

  return {
    hosts,
    start: (input, emit = () => {}) =>
      executions.start(deployment.machine.name, machine, input, { integrations: services, clock, emit }),
    stop: (arn) => executions.stop(arn),
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
      machine = definition(next);
      await tables.create(next.assembly.resources('AWS::DynamoDB::Table'));
      retired.push(functions);
      void functions.close(false);
      functions = new Functions(next.assembly, runtime);
      deployment = next;
    },
    async close() {
      for (const close of opened.splice(0).reverse()) await close();
    },
  };
}
