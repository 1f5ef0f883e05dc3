import { Command } from 'commander';
import { mayWork } from '../../lib/tunnel/run/automation';
import type { Memory } from '../../lib/tunnel/run/memory';
import { oneTunnel, type Known } from '../aws/tunnels';
import { anywhere, jsonOption, tunnelArgument, type Define } from '../options';
import { atPlace } from '../place';
import { formerText, formerValues, type Former } from '../report/former';
import { json } from '../report/json';
import { styleFor } from '../report/style';
import { byMemory, endSentence, type Run } from '../report/summary';
import { changesText, endText } from '../report/text';
import { minute } from '../report/time';
import { nameOf } from '../report/words';
import { objectIn, resultWrittenDown, type Result, type Told } from '../result';
import type { Surroundings } from '../surroundings';
import { printableLines } from '../terminal';
import { again, type Action, type Where } from '../where';

interface Options extends Where {
  readonly json?: boolean;
}

export const result: Define = (surroundings, exit) =>
  anywhere(
    new Command('result')
      .description('what the last run of a tunnel came to, as it wrote it down')
      .addArgument(tunnelArgument())
      .addOption(jsonOption()),
  ).action((tunnel: string, options: Options) => exit(show(tunnel, options, surroundings)));

/** @returns 0 however the run ended, since looking succeeded */
async function show(tunnel: string, options: Options, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  return atPlace(options, surroundings, { unopened: true }, async ({ aws, deployment }) => {
    const known = await oneTunnel(aws, deployment, tunnel);
    const told = known && lastTold(known.memory);
    const unfinished = unfinishedRun(known, new Date());
    const later = unfinished && laterWords(tunnel, unfinished, options);
    if (known === undefined || told === undefined)
      throw new Error(later ?? `No run of ${tunnel} has written down a result: ${again('history', tunnel, options)}`);
    const { memory } = known;
    const written = resultWrittenDown(told);
    // A plan that waits for a person has its digest beside the result.
    const result: Result = { ...written, digest: written.digest ?? memory.notified };
    const run: Run = {
      tunnel,
      action: (told.action ?? 'apply') as Action,
      teardown: false,
      ...byMemory(memory),
      again: (next, ...more) => again(next, tunnel, options, ...more),
    };
    const former = formerValues(result, memory.before);
    if (options.json === true) out.write(json(documentOf(told, result, run, { before: former, unfinished })), 'exact');
    else {
      const style = styleFor(out);
      if (later !== null) out.write(`${style.bad(printableLines(later))}\nThe run before it:\n\n`);
      out.write(headline(told, run));
      out.write(changesText(result, run, style));
      out.write(formerText(former, style));
      out.write(endText(result, undefined, run, style));
    }
    return 0;
  });
}

/** A run that holds the lease: it has written nothing down. */
type Unfinished = { readonly execution: string; readonly works: boolean } | null;

function unfinishedRun(known: Known | undefined, now: Date): Unfinished {
  const { owner = null, fence = 0 } = known?.memory ?? {};
  return owner === null ? null : { execution: owner, works: mayWork(known?.owner, fence, now) };
}

function laterWords(tunnel: string, { execution, works }: NonNullable<Unfinished>, where: Where): string {
  const name = nameOf(execution);
  if (works) return `${name} works on ${tunnel} now, and has no result yet.`;
  return `${name} ended half-way, without a result; to put back what it had begun: ${again('repair', tunnel, where)}`;
}

function headline({ execution, at }: Partial<Told>, { tunnel, action }: Run): string {
  const name = execution === undefined ? 'an execution that did not say which' : nameOf(execution);
  return printableLines(`${tunnel}: ${action} ${name}${at === undefined ? '' : `, ended ${minute(at, '?')}`}\n`);
}

function documentOf(
  told: Partial<Told>,
  result: Result,
  run: Run,
  stands: { readonly before: readonly Former[]; readonly unfinished: Unfinished },
) {
  const { execution = null, at = null } = told;
  const { status, changes, verification, remarks, degraded, failure, restoreFailure, remaining, left, drained } =
    result;
  const about = { tunnel: run.tunnel, execution, action: run.action, at, status, sentence: endSentence(result, run) };
  const found = { changes, verification, remarks, degraded, failure, restoreFailure, remaining, left, drained };
  return { ...about, ...found, ...stands };
}

/** What was written down last: by a run that held the lease, or by a verify, which holds none. */
function lastTold({ lastResult, lastLook }: Memory): Partial<Told> | undefined {
  const told = [lastResult, lastLook].flatMap((text) => (text === null ? [] : [objectIn(text)]));
  const when = ({ at }: Partial<Told>): number => (at === undefined ? 0 : Date.parse(at));
  return told.sort((one, other) => when(other) - when(one))[0];
}
