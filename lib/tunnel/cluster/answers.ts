import { excerpt } from '../device/answer';
import type { Look } from '../device/look';
import { NotUnderstood } from '../errors/errors';
import type { Declared } from '../declaration/tunnel';

/**
 * The lines of an answer; undefined: the cluster has no such thing, or (OpenShift 4 without DeploymentConfigs) no such kind of thing (OS-37).
 * @throws NotUnderstood when it would not say: nothing is taken for absent because of a login that has ended
 */
export function linesOf(look: Look<Declared>, question: string): readonly string[] | undefined {
  const { code, lines, complaint, printed } = look.answer(question);
  if (code === 0) return lines;
  if (/\(NotFound\)/.test(complaint)) return undefined;
  if (question.startsWith('ipfailover') && /resource type/.test(complaint)) return undefined;
  throw new NotUnderstood(
    'look-refused',
    `${look.device} would not tell of ${question} (exit code ${code}): ${printed}; is the login in the kubeconfig still good?`,
  );
}

/** @throws NotUnderstood */
export function notUnderstood({ device }: Look<Declared>, question: string, lines: readonly string[]): never {
  throw new NotUnderstood(
    'answer-unknown',
    `${device}: the answer to "${question}" is not understood: ${excerpt(lines.join(' '))}`,
  );
}
