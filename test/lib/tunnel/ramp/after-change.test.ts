import { readAnswers } from '../../../../lib/tunnel/device/answer';
import { Fakes } from '../fakes';

/*
 * A proof that is sent together with its change: what the observe script of a ramp node does before it answers.
 */

const FENCE = 'var/lib/edge-ramp/edge-a.node.fence';
const DIGEST = '0123456789abcdef';
let fakes: Fakes;
beforeEach(() => (fakes = new Fakes()));
afterEach(() => fakes.remove());

/** The script as a run with fence 5 sends it. `meanwhile`: what happens while it waits, in words of bash. */
function prove(meanwhile: string, questions = `after ${DIGEST}`) {
  const documents = ['prelude', 'ramp-objects', 'keeper-unit', 'ramp-observe'];
  return fakes.script(documents, '', {
    SSM_Tunnel: 'edge-a',
    SSM_Fence: '5',
    SSM_Questions: questions,
    'BASH_FUNC_sleep%%': `() { ${meanwhile}; }`,
  });
}
const written = (text: string): string => `echo '${text}' >"$root/${FENCE}"`;

test.each([`5 ${DIGEST}`, `5 ${DIGEST} kept`])(
  'waits until the change has begun, which writes its digest (%s)',
  (fence) => {
    fakes.write(FENCE, '5 -\n');
    const { code, stdout } = prove(written(fence));
    expect(code).toBe(0);
    expect(readAnswers('node', stdout, [`after ${DIGEST}`]).get(`after ${DIGEST}`)!.code).toBe(0);
  },
);

test.each([
  ['another change', '5 aaaaaaaaaaaaaaaa'],
  ['an older change of that digest', `4 ${DIGEST}`],
  ['a file that holds no fence', ''],
])('does not take %s for it, waits 15 s at most, and asks nothing then', (_, fence) => {
  fakes.write(FENCE, `${fence}\n`);
  const ended = prove('waited=$((${waited:-0} + 1)); [ "$waited" -lt 3 ] || SECONDS=15');
  expect(ended).toMatchObject({
    code: 23,
    stdout: '',
    stderr: `edge-ramp: the change ${DIGEST} did not begin within 15 s, so it is not proven here\n`,
  });
  expect(fakes.file(FENCE)).toBe(`${fence}\n`);
});

test('waits where the node has no fence at all yet', () => {
  fakes.write('var/lib/edge-ramp/other', '');
  expect(prove(written(`5 ${DIGEST}`)).code).toBe(0);
});

test('waits for the lock, which the change holds until it has ended', () => {
  fakes.write(FENCE, `5 ${DIGEST}\n`);
  fakes.program('flock', 'exit 1');
  expect(prove('exit 9').stderr).toBe('edge-ramp: another command of edge-ramp has held this device for 30 s\n');
});

test('waits for nothing where nothing is changed', () =>
  expect(prove('exit 9', 'boot')).toMatchObject({ code: 0, stderr: '' }));
