import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Aws, type Reach } from '../../cli/aws/aws';
import { main } from '../../cli/main';
import type { Surroundings } from '../../cli/surroundings';
import { openLab, type Lab, type LabOptions } from '../../lab';
import { Platform } from '../../lab/cloud/platform';
import { END_STATES } from '../../lib/tunnel/run/outcome';

/*
 * docs/RUNBOOK.md says under many headings which commands show on this machine what the heading is about. They are taken from there and run.
 */

const PROJECT = join(__dirname, '..', '..');
/** Waits pass so many times faster; the scripts run as fast as they do. */
const SPEED = 25;

/** What is typed under a heading, in order, and what the last command shows, or the server itself some minutes later. */
interface Rehearsal {
  readonly heading: string;
  readonly commands: readonly string[];
  readonly shows: string;
  readonly byServer: boolean;
}

const SECTIONS = readFileSync(join(PROJECT, 'docs', 'RUNBOOK.md'), 'utf8')
  .split(/^## /m)
  .slice(1);
const headingOf = (section: string): string => section.split('\n')[0]!;

/** What stands behind that word, until the paragraph ends. */
function rehearsals(word: string): readonly Rehearsal[] {
  return SECTIONS.flatMap((section) =>
    [...section.matchAll(new RegExp(`^_${word}_: ([^]+?)(?=\\n\\n|$(?![^]))`, 'gm'))].map(([, text]) => {
      const quoted = [...text!.replaceAll('\n', ' ').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
      const byServer = /the server\s+itself shows/.test(text!);
      return { heading: headingOf(section), commands: quoted.slice(0, -1), shows: quoted.at(-1)!, byServer };
    }),
  );
}
const REHEARSALS = rehearsals('Rehearsal');
/** With `npx edge-ramp local` in another shell. */
const ON_THE_SERVER = rehearsals('Rehearsal on the server');

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

test('every heading has a rehearsal, or says why it has none', () => {
  const without = SECTIONS.filter(
    (section) => !/^_(Rehearsal|Rehearsal on the server|No rehearsal)_: ./m.test(section),
  );
  expect(without.map(headingOf)).toEqual([]);
});

test('every end of a run is rehearsed', () => {
  const rehearsed = new Set([...REHEARSALS, ...ON_THE_SERVER].map(({ heading }) => heading));
  expect(END_STATES.map(({ name }) => name).filter((name) => !rehearsed.has(name))).toEqual([]);
});

test.each(REHEARSALS)('$heading: the last of $commands.length shows $shows', async ({ commands, shows }) => {
  const state = emptied();
  let shown = '';
  for (const [i, command] of commands.entries())
    shown = i === 0 ? await first(command, state) : await typed(command, state);
  expect(shown).toContain(shows);
});

test.each(ON_THE_SERVER)(
  '$heading: on the server, the last of $commands.length shows $shows',
  async ({ commands, shows, byServer }) => {
    const server = await served(emptied());
    try {
      let shown = '';
      for (const command of commands) shown = await server.typed(command);
      if (byServer) shown = await server.afterMinutes(5);
      expect(shown).toContain(shows);
    } finally {
      await server.close();
    }
  },
);

function emptied(): string {
  const state = join(project, 'state');
  rmSync(state, { recursive: true, force: true });
  mkdirSync(state);
  return state;
}

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
  const { ended, printed } = begin(command, state);
  await ended;
  return printed();
}

/** Begins what a command line asks for. */
function begin(command: string, state: string, given: Partial<Surroundings> = {}) {
  expect(command).toMatch(/^npx edge-ramp /);
  let printed = '';
  let stop = (): void => undefined;
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
    onInterrupt: (called) => {
      stop = called;
      return () => undefined;
    },
    ...given,
  };
  const ended = main(command.split(' ').slice(2), surroundings);
  return { ended, printed: () => printed, stop: () => stop() };
}

/** The server on which a rehearsal is typed in another shell, with what it printed exported there. */
async function served(state: string) {
  let lab: Lab | undefined;
  const opened = async (options: LabOptions): Promise<Lab> =>
    (lab = await openLab({ ...options, speed: SPEED, platform }));
  const server = begin('npx edge-ramp local --port 0', state, { openLab: opened });
  await until(() => server.printed().includes('Ctrl-C ends it'));
  const credentials = { accessKeyId: 'lab', secretAccessKey: 'lab' };
  const { url: endpoint, environment } = lab!;
  const aws = (reach: Reach): Aws => new Aws({ ...reach, endpoint, region: environment['AWS_REGION'], credentials });
  const behind: ReturnType<typeof begin>[] = [];
  let waits = true;
  return {
    /** The next command begins when all that this one started has ended, unless this one has an &: as for somebody who waits some seconds. */
    async typed(command: string): Promise<string> {
      if (waits) await lab!.settled();
      waits = !command.endsWith(' &');
      const run = begin(command.replace(/ &$/, ''), state, { aws });
      if (!waits) {
        behind.push(run);
        await until(() => run.printed().includes('Take lease'));
        return run.printed();
      }
      await run.ended;
      return run.printed();
    },
    /** What it has printed by then. */
    async afterMinutes(minutes: number): Promise<string> {
      await lab!.passTime(minutes * 60);
      return server.printed();
    },
    async close(): Promise<void> {
      behind.forEach(({ stop }) => stop());
      server.stop();
      await Promise.all([server, ...behind].map(({ ended }) => ended));
    },
  };
}

/** Waits for something that a run does by itself. */
async function until(is: () => boolean): Promise<void> {
  while (!is()) await sleep(20);
}
