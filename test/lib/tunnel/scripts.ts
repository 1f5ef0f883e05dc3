import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const DOCUMENTS = join(__dirname, '../../../documents');
const SHARED = { bigip: 'bigip-session', ramp: 'ramp-objects' } as const;

/** An apply script as it runs on a device: prelude, what its kind shares, and the script, in one piece. */
function script(kind: 'bigip' | 'ramp'): string {
  return ['prelude', SHARED[kind], `${kind}-apply`]
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
  const { status, stdout, stderr } = spawnSync('bash', ['-s'], {
    input: script(kind),
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
  const [body] = /^holds\(\) \{[^]*?^\}$/m.exec(readFileSync(join(DOCUMENTS, 'bigip-apply.sh'), 'utf8')) ?? [];
  return spawnSync('bash', ['-c', `${body}\nholds "$1" "$2"`, 'holds', expected, listed]).status === 0;
}
