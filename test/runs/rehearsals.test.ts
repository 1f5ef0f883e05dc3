import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Aws } from '../../cli/aws/aws';
import { main } from '../../cli/main';
import type { Surroundings } from '../../cli/surroundings';
import { openLab } from '../../lab';
import { Platform } from '../../lab/cloud/platform';
import { END_STATES } from '../../lib/tunnel/run/outcome';

/*
 * docs/RUNBOOK.md says under many headings which commands show on this machine what the heading is about. They are taken from there and run.
 */

const PROJECT = join(__dirname, '..', '..');
/** Waits pass so many times faster; the scripts run as fast as they do. */
const SPEED = 25;

/** What is typed under a heading, in order, and what the last command shows. */
interface Rehearsal {
  readonly heading: string;
  readonly commands: readonly string[];
  readonly shows: string;
}

const RUNBOOK = readFileSync(join(PROJECT, 'docs', 'RUNBOOK.md'), 'utf8');
const REHEARSALS: readonly Rehearsal[] = RUNBOOK.split(/^## /m).flatMap((section) =>
  [...section.matchAll(/^_Rehearsal_: ([^]+?)(?=\n\n|$(?![^]))/gm)].map(([, text]) => {
    const quoted = [...text!.replaceAll('\n', ' ').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
    return { heading: section.split('\n')[0]!, commands: quoted.slice(0, -1), shows: quoted.at(-1)! };
  }),
);

let platform: Platform;
let project: string;
beforeAll(async () => {
  platform = await Platform.open();
  project = mkdtempSync(join(tmpdir(), 'edge-ramp-runbook-'));
  for (const name of ['package.json', 'tunnels', 'docs']) symlinkSync(join(PROJECT, name), join(project, name));
  symlinkSync(process.env['EDGE_RAMP_TEST_ASSEMBLY']!, join(project, 'cdk.out'));
});
afterAll(async () => {
  await platform.close();
  rmSync(project, { recursive: true, force: true });
});

test('every end of a run that one command line can come to is rehearsed', () => {
  // These two need a second run at the same time, or automation.
  const ends = END_STATES.map(({ name }) => name).filter((name) => !['Skipped', 'TunnelBusy'].includes(name));
  expect(ends.filter((name) => !REHEARSALS.some(({ heading }) => heading === name))).toEqual([]);
});

test.each(REHEARSALS)('$heading: the last of $commands.length shows $shows', async ({ commands, shows }) => {
  const state = join(project, 'state');
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  let shown = '';
  for (const [i, command] of commands.entries()) {
    expect(command).toMatch(/^npx edge-ramp /);
    shown = i === 0 ? await first(command, state) : await typed(command, state);
  }
  expect(shown).toContain(shows);
});

/** Several rehearsals begin with the same command: what it printed and left is kept. */
const begun = new Map<string, { readonly printed: string; readonly left: string }>();

async function first(command: string, state: string): Promise<string> {
  const known = begun.get(command);
  if (known) {
    cpSync(known.left, state, { recursive: true });
    return known.printed;
  }
  const printed = await typed(command, state);
  const left = join(project, `begun-${begun.size}`);
  cpSync(state, left, { recursive: true });
  begun.set(command, { printed, left });
  return printed;
}

/** @returns what a command line prints, wherever */
async function typed(command: string, state: string): Promise<string> {
  let printed = '';
  const output = { write: (text: string) => void (printed += text), live: false, colour: false };
  const surroundings: Surroundings = {
    out: output,
    err: output,
    product: project,
    project,
    tunnels: join(project, 'tunnels'),
    folder: project,
    environment: { XDG_STATE_HOME: state },
    openLab: (options) => openLab({ ...options, speed: SPEED, platform }),
    aws: (reach) => new Aws(reach),
    ask: undefined,
    sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
    onInterrupt: () => () => undefined,
  };
  await main(command.split(' ').slice(2), surroundings);
  return printed;
}
