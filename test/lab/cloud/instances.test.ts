import {
  DescribeInstanceInformationCommand,
  SSMClient,
  type InstanceInformationStringFilter,
} from '@aws-sdk/client-ssm';
import { Endpoint } from '../../../lab/cloud/endpoint';
import { integrations } from '../../../lab/cloud/integrations';
import { Instances } from '../../../lab/cloud/ssm/instances';
import { FakeHosts } from './support';

const [BASTION, NODE, ADMIN] = ['i-0ba5', 'i-0aaa', 'mi-0ccc'];
const specs = [
  { name: 'a', bigip: [{ bastion: BASTION }], ramp: { nodes: [{ instance: NODE }] }, cluster: { admin: ADMIN } },
];

let hosts: FakeHosts;
let instances: Instances;
let endpoint: Endpoint;
let ssm: SSMClient;
beforeEach(async () => {
  hosts = new FakeHosts([BASTION, NODE, ADMIN]);
  instances = new Instances(specs, hosts);
  endpoint = await Endpoint.open(instances.operations);
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  ssm = new SSMClient({ endpoint: endpoint.url, region: 'local-1', credentials });
});
afterEach(async () => {
  ssm.destroy();
  await endpoint.close();
});

const ask = async (...Filters: InstanceInformationStringFilter[]) =>
  (await ssm.send(new DescribeInstanceInformationCommand({ Filters }))).InstanceInformationList!;
const ids = async (...filters: InstanceInformationStringFilter[]) =>
  (await ask(...filters)).map(({ InstanceId: id }) => id);

test('a host that is there is online; one that is gone has lost its connection', async () => {
  hosts.leave(NODE);
  const [node, admin] = await ask({ Key: 'InstanceIds', Values: [NODE, ADMIN] });
  expect(node).toMatchObject({ InstanceId: NODE, PingStatus: 'ConnectionLost', ResourceType: 'EC2Instance' });
  expect(admin).toMatchObject({
    InstanceId: ADMIN,
    PingStatus: 'Online',
    ResourceType: 'ManagedInstance',
    AgentVersion: '3.3.2746.0',
    LastPingDateTime: expect.any(Date) as Date,
  });
});

test('instances are found by id and by the tag of their role', async () => {
  expect(await ids()).toEqual([NODE, BASTION, ADMIN].sort());
  expect(await ids({ Key: 'tag:edge-ramp:role', Values: ['ramp'] })).toEqual([NODE]);
  expect(await ids({ Key: 'tag:edge-ramp:role', Values: ['bastion', 'admin'] })).toEqual([BASTION, ADMIN].sort());
  expect(await ids({ Key: 'tag:edge-ramp:role', Values: ['ramp'] }, { Key: 'InstanceIds', Values: [ADMIN] })).toEqual(
    [],
  );
  expect(await ids({ Key: 'InstanceIds', Values: ['i-0unknown'] })).toEqual([]);
});

test('what the lab does not have is refused by name', async () => {
  await expect(ask({ Key: 'PingStatus', Values: ['Online'] })).rejects.toMatchObject({
    name: 'InvalidFilterKey',
    message: 'The lab does not implement the filter PingStatus.',
  });
  await expect(ask({ Key: 'InstanceIds', Values: [] })).rejects.toThrow('needs at least one value');
});

test('long lists come in pages', async () => {
  const page = (NextToken?: string, MaxResults = 2) =>
    ssm.send(new DescribeInstanceInformationCommand({ MaxResults, NextToken }));
  const first = await page();
  const second = await page(first.NextToken);
  expect(first.InstanceInformationList).toHaveLength(2);
  expect(second.InstanceInformationList).toHaveLength(1);
  expect(second.NextToken).toBeUndefined();
  await expect(page('elsewhere')).rejects.toMatchObject({ name: 'InvalidNextToken' });
  await expect(page(undefined, 51)).rejects.toThrow('MaxResults is from 1 to 50.');
});

test('the state machine gets the same with its dates as text, and error names of its own', async () => {
  const none = undefined as never;
  const ping = integrations(none, none, none, instances, '')['aws-sdk:ssm:describeInstanceInformation']!;
  expect(await ping.run({ Filters: [{ Key: 'InstanceIds', Values: [NODE] }] })).toEqual({
    InstanceInformationList: [
      expect.objectContaining({
        PingStatus: 'Online',
        LastPingDateTime: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      }),
    ],
  });
  await expect(ping.run({ Filters: [{ Key: 'x', Values: ['y'] }] })).rejects.toMatchObject({
    error: 'Ssm.InvalidFilterKeyException',
  });
});
