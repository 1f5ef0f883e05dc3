import { checkInput, withDeclaration, type Request } from '../../lambdas/read-request/request';
import type { Records } from '../../lib/tunnel/plan/situation';

/** What Read request makes of {"tunnel": "edge-a"}, but the declaration and its digest; read-request.test.ts holds it to that. */
export const LEAST_REQUEST = {
  contract: 10,
  tunnel: 'edge-a',
  action: 'apply',
  teardown: false,
  allowInterruption: false,
  expect: null,
  trigger: null,
  asked: null,
  awaits: null,
  repair: null,
  until: null,
  reason: null,
  forget: [],
  declared: true,
} as const satisfies Omit<Request, 'spec' | 'specDigest'>;

/**
 * What Read request makes of an input.
 * @param declared gives the stored declaration, JSON text; undefined: there is none
 */
export async function readRequest(
  input: unknown,
  declared: (tunnel: string) => Promise<string | undefined>,
  records: Records = { original: null, before: null, applied: null },
): Promise<Request> {
  const asked = checkInput(input);
  return withDeclaration(asked, asked.inline === undefined ? await declared(asked.tunnel) : undefined, records);
}
