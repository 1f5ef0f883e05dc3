import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DOCUMENTS = join(__dirname, '../../../documents');
const SHARED = {
  bigip: ['bigip-listing', 'bigip-session'],
  ramp: ['ramp-objects', 'keeper-unit', 'ramp-make'],
} as const;

/** An apply script as it runs on a device: prelude, what its kind shares, and the script, in one piece. */
function script(kind: 'bigip' | 'ramp'): string {
  return ['prelude', ...SHARED[kind], `${kind}-apply`]
    .map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8'))
    .join('\n');
}

export interface Printed {
  readonly code: number | null;
  readonly said: string;
  /** The commands, without the closing line that counts the operations. */
  readonly commands: readonly string[];
}

/** What the script would do with these operations: it prints each command instead of running it. */
export function printed(kind: 'bigip' | 'ramp', tunnel: string, operations: readonly string[]): Printed {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', script(kind)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      EDGE_RAMP_PRINT: '1',
      SSM_Tunnel: tunnel,
      SSM_Fence: '1',
      SSM_Digest: '0123456789abcdef',
      SSM_Operations: operations.join('|'),
      ...(kind === 'bigip'
        ? {
            SSM_Management: '10.3.88.66',
            SSM_User: 'u',
            SSM_Secret: 's',
            SSM_HostKey: 'k',
            SSM_Saved: '0123456789abcdef',
          }
        : {}),
    },
  });
  const lines = stdout.trimEnd().split('\n');
  return {
    code: status,
    said: stderr,
    commands: lines.at(-1)?.startsWith('carried out ') ? lines.slice(0, -1) : lines,
  };
}

/** Whether the script takes a listing for one of an object that still has the expected value. */
export function holds(expected: string, listed: string): boolean {
  const listing = readFileSync(join(DOCUMENTS, 'bigip-listing.sh'), 'utf8');
  return spawnSync('bash', ['-fc', `${listing}\nholds "$1" "$2"`, 'holds', expected, listed]).status === 0;
}

/** What a command on a host answers: its lines, its exit code, and what it says on stderr. */
export type Reply = readonly [lines: readonly string[], code: number, complaint?: string];
export type Replies = Readonly<Record<string, Reply>>;

/** A program that answers these command lines of its own, and any other with exit code 127. `before`: what it does each time. */
export function program(name: string, replies: Replies, before = ''): string {
  const words = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
  const cases = Object.entries(replies)
    .filter(([line]) => line.startsWith(`${name} `))
    .map(
      ([line, [lines, code, complaint]]) =>
        `${words(line)}) printf %s ${words(lines.map((each) => `${each}\n`).join(''))}\n` +
        `${complaint === undefined ? '' : `printf '%s\\n' ${words(complaint)} >&2\n`}exit ${code} ;;`,
    );
  return `#!/bin/bash\n${before}\ncase "${name} $*" in\n${cases.join('\n')}\nesac\necho "unexpected: ${name} $*"\nexit 127\n`;
}

/**
 * What the ramp node's observe script makes of a host whose commands answer like this; any other command line is not found.
 * @param claims files in the CNI's directory: address to content
 * @param prepare adds further files below the host's root
 */
export function observed(
  tunnel: string,
  questions: readonly string[],
  replies: Replies,
  claims: Readonly<Record<string, string>>,
  prepare: (root: string) => void = () => undefined,
): string {
  const root = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
  try {
    const cni = join(root, 'var/lib/cni/networks/openshift-sdn');
    mkdirSync(cni, { recursive: true });
    for (const [address, content] of Object.entries(claims)) writeFileSync(join(cni, address), `${content}\n`);
    prepare(root);
    mkdirSync(join(root, 'bin'));
    for (const name of new Set(Object.keys(replies).map((line) => line.split(' ')[0]!)))
      writeFileSync(join(root, 'bin', name), program(name, replies), { mode: 0o755 });
    const script = ['prelude', 'ramp-objects', 'keeper-unit', 'ramp-observe']
      .map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8'))
      .join('\n');
    const { stdout, stderr, status } = spawnSync('bash', ['-c', script], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: {
        PATH: `${join(root, 'bin')}:${process.env['PATH']}`,
        EDGE_RAMP_ROOT: root,
        SSM_Tunnel: tunnel,
        SSM_Fence: '0',
        SSM_Questions: questions.join('|'),
        keeper_digest: '',
      },
    });
    if (status !== 0) throw new Error(`the script ended with ${status}: ${stderr}`);
    return stdout;
  } finally {
    rmSync(root, { recursive: true });
  }
}
