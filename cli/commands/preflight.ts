import { Command } from 'commander';
import type { Aws } from '../aws/aws';
import { checkAccount, checkNotices, checkTable } from '../preflight/account';
import type { Check } from '../preflight/check';
import { checkDeclaration } from '../preflight/declaration';
import { checkInstances } from '../preflight/instances';
import { checkPlan, checkUnseen } from '../preflight/trial';
import { jsonOption, onAwsAlone, tunnelArgument, type Define } from '../options';
import { json } from '../report/json';
import { styleFor, type Style } from '../report/style';
import { many } from '../report/words';
import type { Surroundings } from '../surroundings';
import { wrapped } from '../report/wrap';
import { printableLines } from '../terminal';
import type { OnAws } from '../where';

interface Options extends OnAws {
  readonly json?: boolean;
  readonly plan: boolean;
}

export const preflight: Define = (surroundings, exit) =>
  onAwsAlone(
    new Command('preflight').description('is everything ready for a first run?').addArgument(tunnelArgument()),
    'on this machine nothing has to be made ready before a plan or an apply.',
  )
    .addOption(jsonOption())
    .option('--no-plan', 'leave out the plan, which looks at every device')
    .action((name: string, options: Options) => exit(look(name, options, surroundings)));

/** Changes nothing. @returns 1 when a check failed */
async function look(tunnel: string, options: Options, surroundings: Surroundings): Promise<number> {
  const { out } = surroundings;
  const aws = surroundings.aws(options);
  try {
    const checks = await everyCheck(tunnel, options, aws, surroundings);
    if (options.json === true) out.write(json({ tunnel, checks }), 'exact');
    else out.write(preflightText(tunnel, checks, styleFor(out)));
    return checks.some(({ result }) => result === 'fail') ? 1 : 0;
  } finally {
    aws.close();
  }
}

/** One after the other: what a check needs from an earlier one that failed is not looked at. */
async function everyCheck(
  tunnel: string,
  options: Options,
  aws: Aws,
  { tunnels, sleep }: Surroundings,
): Promise<readonly Check[]> {
  const { checks, deployment } = await checkAccount(aws);
  if (!deployment) return checks;
  const { checks: table, known } = await checkTable(aws, deployment, tunnel);
  const declared = known?.declared;
  const notices = await checkNotices(aws, deployment);
  const first = [...checks, ...table, notices, ...checkDeclaration(tunnels, tunnel, declared, aws.names)];
  if (!declared) return first;
  const instances = await checkInstances(aws, declared);
  const place = options.plan ? { aws, deployment, words: '', lab: undefined } : undefined;
  const plan = await checkPlan(place, tunnel, sleep);
  return [...first, ...instances, plan, ...checkUnseen(declared, known, options)];
}

/** The longest word for a result. Characters. */
const LONGEST = 'cannot know'.length;

/** What was looked at, what came of it and how; then whether one can go on. */
function preflightText(tunnel: string, checks: readonly Check[], style: Style): string {
  const lines = checks.map(({ check, how, result, evidence }) => {
    const word = (result === 'fail' ? 'FAIL' : result).padEnd(LONGEST);
    const paint = result === 'fail' ? style.bad : result === 'pass' ? style.good : style.changed;
    const seen = wrapped(`${' '.repeat(LONGEST + 2)}${printableLines(`${evidence} (${how})`)}`, LONGEST + 2);
    return `${paint(word)}  ${style.bold(printableLines(check))}\n${seen}\n`;
  });
  return `${lines.join('')}\n${verdict(tunnel, checks, style)}\n`;
}

function verdict(tunnel: string, checks: readonly Check[], style: Style): string {
  const count = (result: Check['result']): number => checks.filter((each) => each.result === result).length;
  const [failed, unseen] = [count('fail'), count('cannot know')];
  const unknown = unseen === 0 ? '' : `; ${unseen} cannot be known from here`;
  if (failed === 0) return style.good(printableLines(`Nothing speaks against a first run of ${tunnel}${unknown}.`));
  const mend = `${many(failed, 'check')} failed: mend them before ${tunnel} is applied${unknown}.`;
  return style.bad(printableLines(mend));
}
