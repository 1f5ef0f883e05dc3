import { Fakes } from '../fakes';

const PARAMETERS = ['Tunnel', 'Fence', 'Management', 'User', 'Secret', 'HostKey'];
const fakes = new Fakes();
afterAll(() => fakes.remove());

/** What the bastion says when it opens its SSH connection with this `ssh`, and an agent that `loads` the key. One command may take 1 s. */
function opened(
  ssh: string,
  loads = 'cat >/dev/null',
  region = 'eu-central-1',
): readonly [code: number | null, said: string] {
  fakes.program('ssh', ssh);
  fakes.program('ssh-add', `[ "$1" = -l ] && exit 1\n${loads}`);
  fakes.program('ssh-agent', 'exec sleep 5');
  fakes.program(
    'aws',
    '[[ " $* " == *" --region eu-central-1 "* ]] || { echo "You must specify a region." >&2; exit 255; }\necho key',
  );
  const env = {
    ...Object.fromEntries(PARAMETERS.map((name) => [`SSM_${name}`, name.toLowerCase()])),
    AWS_SSM_REGION_NAME: region,
  };
  const line = 'limit=1; open_session; echo opened';
  const { code, stdout, stderr } = fakes.script(['prelude', 'bigip-session'], line, env);
  return [code, `${stdout}${stderr}`];
}

describe('the SSH way from the bastion to BIG-IP', () => {
  test('stands', () => expect(opened('exit 0')).toEqual([0, 'opened\n']));

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
