import { join } from 'node:path';
import { accessTo } from './cloud/access';
import { load } from './cloud/asl/load';
import type { HistoryEvent } from './cloud/asl/history';
import { Clock } from './cloud/clock';
import { Deployment } from './cloud/deployment';
import { executionEvent, instanceEvent } from './cloud/events/emitted';
import { Events } from './cloud/events/events';
import { Executions, machineArn, type Request } from './cloud/executions';
import { hostActions } from './cloud/host-actions';
import { integrations } from './cloud/integrations';
import { Functions } from './cloud/lambda';
import { announce } from './cloud/lock';
import { Notices } from './cloud/notices';
import { Platform } from './cloud/platform';
import { putEvents } from './cloud/put-events';
import { Secrets } from './cloud/secrets';
import { Commands } from './cloud/ssm/commands';
import { Instances } from './cloud/ssm/instances';
import { parameterStore } from './cloud/ssm/parameters';
import { stepFunctions } from './cloud/step-functions';
import { plain, Tables } from './cloud/table';
import { isSendFault } from './hosts/host';
import { simulatedHosts } from './hosts/simulated';
import type { Lab, LabOptions } from './lab';
import { StateFolder } from './state-folder';

/** Opens the parts one after another; `opened` collects how to close each, which is the caller's to do when this throws. */
export async function open(
  options: LabOptions,
  state: string,
  deployment: Deployment,
  opened: (() => unknown)[],
): Promise<Lab> {
  const folder = new StateFolder(state, options.fresh);
  const clock = new Clock(options.speed);
  folder.wind(clock);
  opened.push(() => folder.keep(clock));
  const specs = folder.everDeclared(options.specs ?? deployment.specs());
  let events: Events | undefined;
  const executions = new Executions(
    folder.path('executions'),
    (record) => {
      options.onExecution?.(record);
      events?.put(executionEvent(record));
    },
    () => clock.now(),
  );
  const secrets = new Secrets(folder.path('keys'), specs);
  const tables = await Tables.open(folder.path('table'), deployment.assembly.resources('AWS::DynamoDB::Table'));
  opened.push(() => tables.close());

  const makeHosts = options.hosts ?? simulatedHosts;
  const hosts = await makeHosts({
    specs,
    directory: folder.path('hosts'),
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
    directory: folder.path('agent'),
    faults: (options.faults ?? []).filter(isSendFault),
    endSender: (document) => functions.endSender(document),
    ...(options.pickUp === undefined ? {} : { pickUp: options.pickUp }),
  });
  opened.push(() => commands.close());
  const notices = new Notices(join(folder.path('logs'), 'notices.log'), () => deployment.topics(), options.onNotice);
  const start = (request: Request, onEvent?: (event: HistoryEvent) => void) => {
    const role = deployment.machine.get('RoleArn') as string;
    const deployed = { arn: machineArn(deployment.machine.name), machine, role };
    return executions.start(deployed, request, { integrations: services, clock }, onEvent);
  };
  const platform = options.platform ?? (await Platform.open(options.port));
  if (!options.platform) opened.push(() => platform.close());
  const { endpoint, workers } = platform;
  endpoint.serve(
    {
      ...commands.operations,
      ...instances.operations,
      ...parameterStore(() => deployment.parameters),
      ...secrets.operations,
      ...notices.operations,
      ...hostActions(hosts),
      ...putEvents((event) => bus.put(event)),
      ...stepFunctions({ executions, deployment: () => deployment, start }),
    },
    { 'DynamoDB_20120810.': tables.url },
  );
  opened.push(() => endpoint.serve({}));
  environment['AWS_ENDPOINT_URL_SECRETS_MANAGER'] = endpoint.url;

  const runtime = { clock, logs: folder.path('logs'), endpoints: { AWS_ENDPOINT_URL: endpoint.url }, workers };
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
    logs: folder.path('logs'),
  }));
  opened.push(() => bus.close());
  let closed: Promise<void> | undefined;
  if (options.port !== undefined) opened.push(announce(state, endpoint.url));

  return {
    hosts,
    url: endpoint.url,
    environment: accessTo(endpoint.url),
    get stateMachine() {
      return machineArn(deployment.machine.name);
    },
    start: (input, onEvent) => start({ input: JSON.stringify(input ?? {}) }, onEvent),
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
    // Whoever closes it too waits until it is closed: then its folder may go.
    close: () => (closed ??= closeAll(opened)),
  };
}

/** The last opened first. */
export async function closeAll(opened: readonly (() => unknown)[]): Promise<void> {
  for (const close of opened.toReversed()) await close();
}
