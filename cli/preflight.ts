import type { PreflightCommand } from './command';
import type { Aws } from './aws/aws';
import { checkAccount, checkNotices, checkTable } from './preflight/account';
import type { Check } from './preflight/check';
import { checkDeclaration } from './preflight/declaration';
import { checkInstances } from './preflight/instances';
import { checkPlan, checkUnseen } from './preflight/trial';
import { json } from './report/json';
import { preflightText } from './report/preflight';
import { styleFor } from './report/style';
import type { Surroundings } from './surroundings';

/**
 * Looks whether everything is ready for a tunnel's first run on AWS. Changes nothing.
 * @returns the exit code: 1 when a check failed
 * @public loaded when it is asked for
 */
export async function preflight(command: PreflightCommand, surroundings: Surroundings): Promise<number> {
  const { tunnel, where } = command;
  const { out } = surroundings;
  if (where.local) throw new Error('A preflight is for AWS: simulated hosts are always ready.');
  const aws = surroundings.aws(where);
  try {
    const checks = await everyCheck(command, aws, surroundings);
    out.write(command.json ? json({ tunnel, checks }) : preflightText(tunnel, checks, styleFor(out)));
    return checks.some(({ result }) => result === 'fail') ? 1 : 0;
  } finally {
    aws.close();
  }
}

/** One after the other: what a check needs from an earlier one that failed is not looked at. */
async function everyCheck(
  { tunnel, where, plan }: PreflightCommand,
  aws: Aws,
  { project, sleep }: Surroundings,
): Promise<readonly Check[]> {
  const { checks, deployment } = await checkAccount(aws);
  if (!deployment) return checks;
  const { checks: table, known } = await checkTable(aws, deployment, tunnel);
  const declared = known?.declared;
  const first = [
    ...checks,
    ...table,
    await checkNotices(aws, deployment),
    ...checkDeclaration(project, tunnel, declared),
  ];
  if (!declared) return first;
  return [
    ...first,
    ...(await checkInstances(aws, declared)),
    await checkPlan(plan ? { aws, deployment, words: '', lab: undefined } : undefined, tunnel, sleep),
    ...checkUnseen(declared, known, where),
  ];
}
