import { askDevice } from '../../cli/aws/ask-device';
import { Aws } from '../../cli/aws/aws';
import { Refusal, serve, type Answers, type Question } from './aws/answers';
import { call, project } from './fake';

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEV4YW1wbGVIb3N0S2V5T2ZBQmlnSXBGb3JFZGdlUmFt';
const GIVEN = {
  '--bigip-management': '10.9.88.66',
  '--bigip-bastion': 'i-0ba5710a0ba5710a1',
  '--bigip-host-key': KEY,
  '--node-instance': 'i-0a4e90de0a4e90de9',
};
const LOOK = {
  title: 'BIG-IP 10.9.88.66',
  document: 'edge-ramp-bigip-observe-0123',
  instance: 'i-0ba5710a0ba5710a1',
  parameters: { Tunnel: 'edge-x', Questions: 'tunnel SDN' },
};

/** Looks at a device by a Systems Manager that says of the command one after the other. */
async function asked(invocations: readonly (object | Refusal)[], more: Answers = {}) {
  const questions: Question[] = [];
  const left = [...invocations];
  const endpoint = await serve(
    {
      SendCommand: () => ({ Command: { CommandId: '11111111-2222-3333-4444-555555555555' } }),
      GetCommandInvocation: () => {
        const next = left.length > 1 ? left.shift()! : left[0]!;
        if (next instanceof Refusal) throw next;
        return next;
      },
      ...more,
    },
    questions,
  );
  const credentials = { accessKeyId: 't', secretAccessKey: 't' };
  const aws = new Aws({ region: 'eu-central-1', endpoint: endpoint.url, credentials });
  try {
    return { said: await askDevice(aws, LOOK, () => Promise.resolve()), questions };
  } finally {
    aws.close();
    await endpoint.close();
  }
}

describe('a look at a device', () => {
  test('sends the document once, waits until it has ended, and gives what the script printed', async () => {
    const { said, questions } = await asked([
      new Refusal('InvocationDoesNotExist', 'not yet'),
      { Status: 'Pending' },
      { Status: 'InProgress' },
      { Status: 'Success', StandardOutputContent: '?tunnel SDN' },
    ]);
    expect(said).toBe('?tunnel SDN');
    const sent = questions.filter(([operation]) => operation === 'SendCommand');
    expect(sent.map(([, input]) => input)).toMatchObject([
      {
        DocumentName: LOOK.document,
        InstanceIds: [LOOK.instance],
        Parameters: { Tunnel: ['edge-x'], Questions: ['tunnel SDN'] },
      },
    ]);
  });

  test("that the script refuses ends with the script's sentence, and the device", async () => {
    const failed = { Status: 'Failed', StandardErrorContent: 'noise\nedge-ramp: no answer by SSH\n' };
    await expect(asked([failed])).rejects.toThrow('BIG-IP 10.9.88.66: no answer by SSH.');
  });

  test('that no agent fetches ends with its status', async () => {
    const late = { Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' };
    await expect(asked([late])).rejects.toThrow('BIG-IP 10.9.88.66: the look ended as DeliveryTimedOut.');
  });

  test.each([
    ['InvalidInstanceId', /i-0ba5710a0ba5710a1 is not connected to Systems Manager/],
    ['InvalidDocument', /has no document edge-ramp-bigip-observe-0123: deploy this version/],
    ['AccessDeniedException', /^AWS denies ssm:SendCommand/],
  ])('that Systems Manager refuses by %s says what to do', async (type, says) => {
    const SendCommand = () => {
      throw new Refusal(type, 'no');
    };
    await expect(asked([], { SendCommand })).rejects.toThrow(says);
  });
});

describe('import looks at nothing and writes nothing', () => {
  const importing = (given: Record<string, string>, tunnels: Record<string, string> = {}) =>
    call(['import', 'edge-x', ...Object.entries(given).flat()], {}, { project: project({ tunnels }) });

  test('where it cannot reach the devices, and nobody can be asked how', async () => {
    const { '--node-instance': _, ...others } = GIVEN;
    expect(await importing(others)).toMatchObject({
      code: 64,
      err: expect.stringContaining('are missing: --node-instance'),
    });
  });

  test('where an option breaks a rule of the declaration', async () => {
    const { code, err } = await importing({ ...GIVEN, '--object-tunnel': 'a;b', '--bigip-host-key': 'ssh-dss AAAA' });
    expect(code).toBe(2);
    expect(err).toContain('edge-x: objects.tunnel: "a;b": must be 1 to 190 of letters');
    expect(err).toContain('edge-x: bigip.0.hostKey: "ssh-dss AAAA": must be the pinned public host key');
    expect(err).toContain('Nothing was looked at or written.');
  });

  test('where the file is there already', async () => {
    expect(await importing(GIVEN, { 'edge-x.yaml': 'mine' })).toMatchObject({
      code: 1,
      err: expect.stringContaining('is there already: nothing was looked at or written'),
    });
  });
});
