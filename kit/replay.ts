import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answered, type Answer } from '../lib/tunnel/device/answer';
import { NotUnderstood } from '../lib/tunnel/errors/errors';
import { answerTo, type Said, type Transcript } from './transcript';

const DOCUMENTS = join(__dirname, '../documents');

const BIGIP = {
  kind: 'bigip',
  shared: ['bigip-listing', 'bigip-session', 'bigip-group'],
  way: `work=$EDGE_RAMP_ROOT; open_session() { :; }
    on_bigip() { replay "$1"; printf %s "$said"; printf %s "$complaint" >&2; return "$code"; }`,
};

/** The scripts of a part as they run on a host, and in place of the way to the device the transcript's answers. */
const PARTS = {
  bigip: BIGIP,
  pair: BIGIP,
  cluster: {
    kind: 'cluster',
    shared: ['vip-check', 'cluster-objects'],
    way: 'look() { replay "$*"; }; draw_mark() { mark=kit; }',
  },
  node: { kind: 'ramp', shared: ['ramp-objects'], way: 'consult() { replay "$*"; }' },
} as const;

/** Whether a command did what it was told: BIG-IP by words and exit code as the product's own script judges, others by their exit code. */
export function accepted(transcript: Transcript, key: string): boolean {
  const { part } = transcript;
  return (part === 'cluster' || part === 'node' ? answerTo(transcript, key)! : heard(transcript, key)).code === 0;
}

/** What the product's script takes for a BIG-IP's answer: without notices of tmsh's own, and with a code that is not 0 for every refusal. */
export function heard(transcript: Transcript, key: string): Answer {
  const { line } = answerTo(transcript, key)!;
  const script = 'tmsh_say "$KIT_LINE"; printf "%s" "$said"; printf "%s" "$complaint" >&2; exit "$code"';
  const { status, stdout, stderr } = play(transcript, [key], script, { KIT_LINE: line });
  return answered(stdout === '' ? [] : stdout.split('\n'), stderr, status ?? undefined);
}

/**
 * What the product's observe script prints when the device answers as in the transcript.
 * @param keys the answers that it gets to hear
 * @throws NotUnderstood: it would have ended
 */
export function observed(transcript: Transcript, keys: readonly string[], questions: readonly string[]): string {
  return printed(transcript, keys, 'observe', { SSM_Questions: questions.join('|') });
}

/** What the product's apply script prints of its operations. @throws NotUnderstood: it would have ended */
export function applied(transcript: Transcript, keys: readonly string[], operations: readonly string[]): string {
  const more = { SSM_Operations: operations.join('|'), SSM_Digest: '0000000000000000', SSM_Saved: '0000000000000000' };
  return printed(transcript, keys, 'apply', more);
}

function printed(transcript: Transcript, keys: readonly string[], does: string, more: Record<string, string>): string {
  const { status, stdout, stderr } = play(transcript, keys, document(`${PARTS[transcript.part].kind}-${does}`), more);
  if (status !== 0) throw new NotUnderstood('look-refused', `edge-ramp would end: ${stderr.trim()}`);
  return stdout;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The same script before the same answers ends the same: several assumptions ask for it. */
const played = new Map<string, Ended>();

function play(
  transcript: Transcript,
  keys: readonly string[],
  script: string,
  more: Readonly<Record<string, string>>,
): Ended {
  const heard = keys.flatMap((key) => answerTo(transcript, key) ?? []);
  const what = JSON.stringify([transcript.part, heard, script, more]);
  const ended = played.get(what) ?? playAnew(transcript.part, heard, script, more);
  played.set(what, ended);
  return ended;
}

function playAnew(
  part: Transcript['part'],
  heard: readonly Said[],
  script: string,
  more: Readonly<Record<string, string>>,
): Ended {
  const root = mkdtempSync(join(tmpdir(), 'edge-ramp-kit-'));
  try {
    const { shared, way } = PARTS[part];
    return spawnSync('bash', ['-s'], {
      input: [document('prelude'), ...shared.map(document), replay(heard), way, script].join('\n'),
      encoding: 'utf8',
      env: {
        PATH: process.env['PATH'],
        EDGE_RAMP_ROOT: root,
        SSM_Tunnel: 'kit',
        SSM_Fence: '0',
        SSM_Management: 'kit',
        SSM_User: 'kit',
        SSM_Secret: 'kit',
        SSM_HostKey: 'kit',
        SSM_Kubeconfig: 'kit',
        ...more,
      },
    });
  } finally {
    rmSync(root, { recursive: true });
  }
}

/**
 * A function of bash by which a line is answered as the device did, as `capture` has it; to all else it says that there is no such thing, or (a
 * list of all) nothing. A transcript has stdout and stderr in one: of a command that failed it is taken for its complaint.
 */
function replay(heard: readonly Said[]): string {
  const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const said = heard.map(({ line, lines, code }) => {
    return `${quoted(line)}) ${code === 0 ? 'said' : 'complaint'}=${quoted(lines.join('\n'))} code=${code} ;;`;
  });
  return `replay() {
    said='' complaint='' code=0
    case $1 in
    ${said.join('\n')}
    *' one-line') ;;
    *) complaint='01020036:3: Error from server (NotFound): it is not in the transcript' code=1 ;;
    esac
  }`;
}

function document(name: string): string {
  return readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8');
}
