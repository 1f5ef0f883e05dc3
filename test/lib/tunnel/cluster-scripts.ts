import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { State } from '../../../lib/tunnel/device/operation';

const DOCUMENTS = join(__dirname, '../../../documents');

export interface Config {
  readonly project: string;
  readonly name: string;
  readonly annotations: State;
  readonly replicas: number;
  readonly account: string;
  readonly selector: State;
  readonly env: State;
  /** Whether its Pods use the nodes' network; default true. */
  readonly network?: boolean;
}

/** The cluster that test/lib/tunnel/oc.ts stands before. */
export interface FakeCluster {
  /** How maps print: as JSON, or as 3.11's client does. */
  json: boolean;
  /** The `oc adm` commands that the client has. */
  client: readonly string[];
  /** Options that its `oc adm ipfailover` has not. */
  lacks?: readonly string[];
  nodes: Record<
    string,
    { labels: Record<string, string>; annotations: Record<string, string>; off: boolean; dead?: boolean }
  >;
  /** Service accounts of project default: name to annotations. */
  accounts: Record<string, State>;
  privileged: readonly string[];
  dcs: readonly Config[];
  /** What every command says on stderr beside all else. */
  warning?: string;
  faults?: readonly Fault[];
  /** How many Pods of each ipfailover object run; default all. */
  available?: number;
}

/** What befalls the commands that begin like this: another's change just before, a wait, an error. */
export interface Fault {
  readonly command: string;
  readonly meanwhile?: Partial<FakeCluster>;
  readonly seconds?: number;
  readonly code?: number;
  readonly said?: string;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly said: string;
  /** Every oc command that changes something, in order, without its login. */
  readonly changes: readonly string[];
  readonly world: FakeCluster;
}

interface Run {
  readonly tunnel: string;
  readonly print?: boolean;
  /** Seconds after which the script's own waits end, instead of its own numbers. */
  readonly limits?: Readonly<Record<string, number>>;
}

let bundled: string | undefined;

/** oc.ts as a program: made once, since each call is a process of its own. */
function program(): string {
  const entryPoints = [join(__dirname, 'oc.ts')];
  return (bundled ??= buildSync({
    entryPoints,
    bundle: true,
    platform: 'node',
    banner: { js: '#!/usr/bin/env node' },
    write: false,
  }).outputFiles[0]!.text);
}

export function observe(world: FakeCluster, questions: readonly string[], run: Run): Ran {
  return script('observe', world, { SSM_Questions: questions.join('|'), SSM_Fence: '0' }, run);
}

export function carryOut(world: FakeCluster, operations: readonly string[], run: Run): Ran {
  const parameters = { SSM_Operations: operations.join('|'), SSM_Fence: '1', SSM_Digest: '0123456789abcdef' };
  return script('apply', world, parameters, run);
}

function script(does: string, world: FakeCluster, parameters: NodeJS.ProcessEnv, run: Run): Ran {
  const root = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
  const bin = join(root, 'bin');
  const log = join(bin, 'oc.log');
  try {
    mkdirSync(bin);
    writeFileSync(join(bin, 'oc'), program(), { mode: 0o755 });
    writeFileSync(join(bin, 'world.json'), JSON.stringify(world));
    let text = ['prelude', 'vip-check', 'cluster-objects', `cluster-${does}`]
      .map((name) => readFileSync(join(DOCUMENTS, `${name}.sh`), 'utf8'))
      .join('\n');
    for (const [name, seconds] of Object.entries(run.limits ?? {}))
      text = text.replace(new RegExp(`\\b${name}=[0-9]+`), `${name}=${seconds}`);
    const { stdout, stderr, status } = spawnSync('bash', ['-c', text], {
      stdio: ['ignore', 'pipe', 'pipe'],
      encoding: 'utf8',
      env: {
        PATH: `${bin}:${process.env['PATH']}`,
        EDGE_RAMP_ROOT: root,
        ...(run.print ? { EDGE_RAMP_PRINT: '1' } : {}),
        SSM_Tunnel: run.tunnel,
        SSM_Kubeconfig: '/etc/origin/master/admin.kubeconfig',
        ...parameters,
      },
    });
    const lines = existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n') : [];
    return {
      code: status,
      out: stdout,
      said: stderr,
      changes: lines
        .map((line) => line.replace('--config /etc/origin/master/admin.kubeconfig ', ''))
        .filter((line) => !/^get | --help$/.test(line)),
      world: JSON.parse(readFileSync(join(bin, 'world.json'), 'utf8')) as FakeCluster,
    };
  } finally {
    rmSync(root, { recursive: true });
  }
}
