import type { Check } from '../preflight/check';
import { table, many, type Style } from './style';
import { printable } from '../terminal';

/** What was looked at, how, and what came of it; then whether one can go on. */
export function preflightText(tunnel: string, checks: readonly Check[], style: Style): string {
  const rows = checks.map(({ check, how, result, evidence }) => [
    result === 'fail' ? 'FAIL' : result,
    check,
    how,
    evidence,
  ]);
  return `${table(['RESULT', 'CHECK', 'HOW', 'EVIDENCE'], rows, style)}\n${verdict(tunnel, checks, style)}\n`;
}

function verdict(tunnel: string, checks: readonly Check[], style: Style): string {
  const count = (result: Check['result']): number => checks.filter((each) => each.result === result).length;
  const unknown = count('cannot know') === 0 ? '' : `; ${count('cannot know')} cannot be known from here`;
  return count('fail') === 0
    ? style.good(printable(`Nothing speaks against a first run of ${tunnel}${unknown}.`))
    : style.bad(printable(`${many(count('fail'), 'check')} failed: mend them before ${tunnel} is applied${unknown}.`));
}
