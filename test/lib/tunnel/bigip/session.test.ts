import { readAnswers, type Answer } from '../../../../lib/tunnel/device/answer';
import { Fakes } from '../fakes';

const PARAMETERS = ['Tunnel', 'Fence', 'Management', 'User', 'Secret', 'HostKey'];
const fakes = new Fakes();
afterAll(() => fakes.remove());

/** What the bastion says when it opens its SSH connection with this `ssh`, and an agent that `begins` so and `loads` the key. One command may take `limit` s. */
function opened(
  ssh: string,
  loads = 'cat >/dev/null',
  region = 'eu-central-1',
  { begins = ':', limit = 1 } = {},
): readonly [code: number | null, said: string] {
  fakes.program('ssh', ssh);
  fakes.program('ssh-add', loads);
  fakes.program('ssh-agent', `${begins}; : >"$3"; exec sleep 5`);
  fakes.program(
    'aws',
    '[[ " $* " == *" --region eu-central-1 "* ]] || { echo "You must specify a region." >&2; exit 255; }\necho key',
  );
  const env = {
    ...Object.fromEntries(PARAMETERS.map((name) => [`SSM_${name}`, name.toLowerCase()])),
    AWS_SSM_REGION_NAME: region,
  };
  const line = `limit=${limit}; open_session; echo opened`;
  const { code, stdout, stderr } = fakes.script(['prelude', 'bigip-listing', 'bigip-session'], line, env);
  return [code, `${stdout}${stderr}`];
}

describe('the SSH way from the bastion to BIG-IP', () => {
  test('stands', () => expect(opened('exit 0')).toEqual([0, 'opened\n']));

  test('loads the key no sooner than the socket of the agent is there: each try asks for the secret', () => {
    const [code] = opened('exit 0', `cat >/dev/null; echo tried >>${fakes.root}/tries`, undefined, {
      begins: 'sleep 0.3',
      limit: 20,
    });
    expect([code, fakes.file('tries')]).toEqual([0, 'tried\n']);
  });

  test('loads the key again while the agent does not answer at its socket yet', () => {
    const loads = `cat >/dev/null; [ -e ${fakes.root}/refused ] || { : >${fakes.root}/refused; exit 2; }`;
    expect(opened('exit 0', loads, undefined, { limit: 20 })).toEqual([0, 'opened\n']);
    expect(fakes.file('refused')).toBe('');
  });

  test('is not tried where the agent never answers', () =>
    expect(opened('exit 0', 'cat >/dev/null; echo "Could not open a connection" >&2; exit 2')).toEqual([
      10,
      'edge-ramp: the key in secret secret could not be loaded on the bastion: Could not open a connection\n',
    ]));

  test('does not stand when ssh says so, in its words', () =>
    expect(opened('echo "Host key verification failed." >&2; exit 255')).toEqual([
      21,
      'edge-ramp: cannot be reached from the bastion: Host key verification failed.\n',
    ]));

  test('does not stand when BIG-IP takes the connection and says nothing more: ssh has no words for it', () =>
    expect(opened('[[ "$*" == *"-O exit"* ]] || exec sleep 5')).toEqual([
      21,
      'edge-ramp: cannot be reached from the bastion: no SSH connection stood within 1 s\n',
    ]));

  test('needs the region that SSM Agent gives, for the key: the AWS CLI finds none by itself', () =>
    expect(opened('exit 0', 'cat >/dev/null', '')).toEqual([
      10,
      "edge-ramp: the bastion's SSM Agent does not say its region (AWS_SSM_REGION_NAME is empty), so secret secret cannot be read: update the agent, or set the variable in its unit\n",
    ]));

  test('is not tried without a key', () =>
    expect(opened('exit 0', 'cat >/dev/null; echo "error in libcrypto" >&2; exit 1')).toEqual([
      10,
      'edge-ramp: the key in secret secret could not be loaded on the bastion: error in libcrypto\n',
    ]));
});

test('a script has a home of its own where the agent gives none: oc keeps its cache there', () => {
  const { stdout } = fakes.bash(['-c', `unset HOME; . ${process.cwd()}/documents/prelude.sh; bash -c 'echo "$HOME"'`]);
  expect(stdout).toBe(`${fakes.root}/root\n`);
});

describe('what BIG-IP says', () => {
  const listed = 'net self SDN { address 10.3.91.216/24 }';
  const warning = '[api-status-warning] net/self : deprecated : expose-to-datapath';
  /** The answer to a question whose command ends like this on BIG-IP, whose login shell is tmsh. */
  function answered(ssh: string): Answer {
    const env = Object.fromEntries(PARAMETERS.map((name) => [`SSM_${name}`, name.toLowerCase()]));
    fakes.program('ssh', ssh);
    const line = 'work=$root; tmsh_say list net self SDN; answer q "$code" "$said" "$complaint"; finish';
    const { code, stdout, stderr } = fakes.script(['prelude', 'bigip-listing', 'bigip-session'], line, env);
    expect([code, stderr]).toEqual([0, '']);
    return readAnswers('BIG-IP', stdout, ['q']).get('q')!;
  }

  test('is its listing alone, whatever it warns of beside it', () =>
    expect(answered(`echo '${listed}'; echo '${warning}' >&2`)).toMatchObject({
      lines: [listed],
      complaint: '',
      code: 0,
    }));

  test.each([1, 0])('on stderr is a refusal by its code, also with exit code %d', (code) =>
    expect(answered(`echo '01020036:3: The requested self IP was not found.' >&2; exit ${code}`)).toMatchObject({
      lines: [],
      complaint: '01020036:3: The requested self IP was not found.',
      code: 1,
    }),
  );

  test('is a refusal where its code begins any line', () =>
    expect(answered(`printf '%s\\n' 'of these:' 'Syntax Error: no'`)).toMatchObject({ code: 1 }));

  test('is none where something like a code stands within a line', () =>
    expect(answered(`echo 'description "a Syntax Error: none"'`)).toMatchObject({ code: 0 }));
});
