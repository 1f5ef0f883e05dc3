import { Clock } from '../../../lab/cloud/clock';
import { Commands } from '../../../lab/cloud/ssm/commands';
import { readDocument } from '../../../lab/cloud/ssm/document';
import type { Resource } from '../../../lab/cloud/template';
import { eventually } from '../cloud/support';
import { ADMIN, BALANCER, closeAll, newDirectory, NODE, open, pair, SECOND, VIP } from './bench';
import { answers, holders, openPair, working } from './pair-bench';

afterAll(closeAll);

describe('two ramp nodes', () => {
  it('have a subnet each, and know the other’s', async () => {
    const hosts = await openPair();
    expect(hosts.dump(NODE)).toMatch('address 10.129.0.1/23 dev tun0');
    expect(hosts.dump(SECOND)).toMatch('address 10.131.0.1/23 dev tun0');
    for (const [host, pod] of [
      [NODE, '10.131.0.5'],
      [NODE, '10.130.0.7'],
      [SECOND, '10.129.0.5'],
      [BALANCER, '10.129.0.5'],
    ])
      expect((await hosts.world.run(host!, `ping -c 1 ${pod}`)).code).toBe(0);
  });

  it('without a running Pod hold no address', async () => {
    expect(holders(await openPair())).toEqual([]);
  });

  it('answer BIG-IP through the one that holds the address, for all Pods', async () => {
    const hosts = await working();
    expect(holders(hosts)).toEqual([NODE]);
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev eth0')).out).toMatch(
      `3: eth0    inet ${VIP}/32 scope global eth0\\       valid_lft forever preferred_lft forever\n`,
    );
    expect(await answers(hosts)).toEqual([true, true, true]);
    await hosts.world.run(ADMIN, 'oc label node ramp-1.example.com f5rampnode-');
    await hosts.world.run(
      ADMIN,
      'oc delete pod -n default -l ipfailover=f5ipfailover --field-selector spec.nodeName=ramp-1.example.com',
    );
    expect(holders(hosts)).toEqual([SECOND]);
    expect(await answers(hosts)).toEqual([true, true, true]);
  });

  it('answer nothing without `local`: the answer would leave from the node’s own address', async () => {
    const hosts = await working();
    await hosts.world.run(NODE, 'ip tunnel change tun1 local any');
    expect(await answers(hosts)).toEqual([false, false, false]);
  });

  it('lose the address with the deployment config', async () => {
    const hosts = await working();
    await hosts.world.run(ADMIN, 'oc delete dc f5ipfailover -n default');
    expect(holders(hosts)).toEqual([]);
    expect(await answers(hosts)).toEqual([false, false, false]);
  });

  it('on standby send nothing and say nothing of it', async () => {
    const hosts = await working();
    expect((await hosts.world.run(NODE, 'ping -q -n -c 3 10.3.91.216')).code).toBe(0);
    expect(await hosts.world.run(SECOND, 'ping -q -n -W 1 -c 3 10.3.91.216')).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining('3 packets transmitted, 0 received, 100% packet loss'),
    });
    expect(await hosts.world.run(SECOND, `ip route get 10.3.89.66 from ${VIP}`)).toMatchObject({
      code: 2,
      err: 'RTNETLINK answers: Network is unreachable\n',
    });
  });

  it('stay as they were where the other comes back: the holder keeps the address', async () => {
    const hosts = await working();
    for (const line of [
      'oc adm cordon ramp-1.example.com',
      'oc delete pod -n default -l ipfailover=f5ipfailover --field-selector spec.nodeName=ramp-1.example.com',
      'oc adm uncordon ramp-1.example.com',
    ])
      expect((await hosts.world.run(ADMIN, line)).code).toBe(0);
    expect(holders(hosts)).toEqual([SECOND]);
  });
});

describe('a node that goes off', () => {
  it('leaves the address to the other, and its Pods answer nobody', async () => {
    const hosts = await working();
    hosts.world.gone(NODE);
    expect(hosts.host(NODE)).toBeUndefined();
    expect(holders(hosts)).toEqual([SECOND]);
    expect(await answers(hosts)).toEqual([false, true, true]);
    expect((await hosts.world.run(SECOND, 'ping -c 1 -W 1 10.3.89.89')).code).toBe(1);
    expect((await hosts.world.run(ADMIN, 'oc rollout status dc/f5ipfailover')).code).toBe(1);
    hosts.world.gone(SECOND);
    expect(holders(hosts)).toEqual([]);
  });

  it('is still off after the lab was closed and opened again', async () => {
    const directory = newDirectory();
    const first = await open({}, { specs: [pair], directory });
    first.world.gone(SECOND);
    await first.close();
    const again = await open({}, { specs: [pair], directory });
    expect(again.host(SECOND)).toBeUndefined();
    again.world.back(SECOND);
    expect(again.host(SECOND)?.name).toBe(SECOND);
  });

  it('gets no command of Systems Manager until delivery times out, and ends none that was at work', async () => {
    const hosts = await working();
    const steps = { runCommand: ['ip link show dev tun0 && sleep 60 && ip link show dev tun0'], timeoutSeconds: '600' };
    const document = {
      schemaVersion: '2.2',
      mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: steps }],
    };
    const resource = { name: 'look', get: () => document } as unknown as Resource;
    const commands = new Commands({
      hosts,
      clock: new Clock(1000),
      documents: () => new Map([['look', readDocument(resource)]]),
      registered: new Set([NODE]),
      environment: {},
      directory: newDirectory(),
    });
    const send = (): unknown =>
      commands.operations['AmazonSSM.SendCommand']!({ DocumentName: 'look', InstanceIds: [NODE], TimeoutSeconds: 30 });
    const ended = (nth: number): Promise<string> =>
      eventually(() => (commands.trips()[nth]!.ended ? commands.trips()[nth]!.status : undefined));
    send();
    await eventually(() => hosts.journal().find(({ line }) => line === 'ip link show dev tun0'));
    hosts.world.gone(NODE);
    send();
    expect([await ended(0), await ended(1)]).toEqual(['ExecutionTimedOut', 'DeliveryTimedOut']);
    hosts.world.back(NODE);
    send();
    expect(await ended(2)).toBe('Success');
    await commands.close();
  });
});
