import * as z from 'zod';
import { issueLines, parseDeclaration } from '../../lib/tunnel/parse';
import { InvalidRequest } from '../../lib/tunnel/errors';
import { CONTRACT } from '../../lib/tunnel/outcome';
import type { Declared } from '../../lib/tunnel/tunnel';

const input = z
  .strictObject({
    tunnel: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,31}$/,
        'must be the name of a declared tunnel: 1 to 32 of lower case letters, digits, -',
      ),
    action: z.enum(['apply', 'plan', 'verify', 'teardown']).default('apply'),
    allowInterruption: z.boolean().default(false),
    expect: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'must be the digest of a plan: 16 hexadecimal digits')
      .optional(),
    spec: z.unknown().optional(),
    forget: z
      .array(z.string().regex(/^(?:i|mi)-[0-9a-f]{8,17}$/, 'must be the instance id of a ramp node: i-… or mi-…'))
      .max(8, 'must be at most 8 instance ids')
      .default([]),
    trigger: z.enum(['event', 'schedule']).optional(),
    repair: z
      .string()
      .regex(
        /^arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution:[A-Za-z0-9_-]+:[A-Za-z0-9_-]+$/,
        'must be the ARN of an execution',
      )
      .optional(),
  })
  .superRefine(({ spec, action, tunnel, forget, trigger }, context) => {
    if (forget.length > 0 && (action === 'verify' || trigger !== undefined))
      context.addIssue({
        code: 'custom',
        path: ['forget'],
        input: forget,
        message:
          'is for a plan, an apply or a teardown that a person asks for: what stands on a forgotten node stays there',
      });
    if (spec === undefined) return;
    if (action !== 'plan')
      context.addIssue({
        code: 'custom',
        path: ['spec'],
        input: undefined,
        message: 'is for action plan only: what is applied must be declared',
      });
    const { name } = (typeof spec === 'object' && spec !== null ? spec : {}) as { name?: unknown };
    if (name !== tunnel)
      context.addIssue({
        code: 'custom',
        path: ['spec', 'name'],
        input: name,
        message: `must be the tunnel's name, ${tunnel}`,
      });
  });

/** What the workflow knows of its request from the first state on. null: not given. */
export interface Request {
  readonly contract: number;
  readonly tunnel: string;
  readonly action: 'apply' | 'plan' | 'verify' | 'teardown';
  readonly allowInterruption: boolean;
  readonly expect: string | null;
  readonly trigger: 'event' | 'schedule' | null;
  readonly repair: string | null;
  /** Instance ids of ramp nodes that are gone for good: nobody looks for them. */
  readonly forget: readonly string[];
  /** False: nobody declares the tunnel any more, and it is to be torn down as it was last applied. */
  readonly declared: boolean;
  readonly spec: Declared;
}

/** What Read request answers: for a tunnel that is not declared the workflow takes `spec` from the table, which this step cannot read. */
export type CheckedRequest = Omit<Request, 'spec'> & { readonly spec: Declared | null };

/**
 * Checks an execution's input and finds the tunnel's declaration.
 * @param declared gives the declaration as JSON text, undefined when there is none of that name
 * @returns `spec` null for a teardown of a tunnel that is not declared
 * @throws InvalidRequest listing every mistake: path, value, rule
 */
export async function readRequest(
  document: unknown,
  declared: (tunnel: string) => Promise<string | undefined>,
): Promise<CheckedRequest> {
  const parsed = input.safeParse(document, { reportInput: true });
  if (!parsed.success)
    throw new InvalidRequest(parsed.error.issues.flatMap((issue) => issueLines('request', issue)).join('; '));
  const { tunnel, action, allowInterruption, expect = null, trigger = null, repair = null, forget, spec } = parsed.data;
  const common = {
    contract: CONTRACT,
    tunnel,
    action,
    allowInterruption,
    expect,
    trigger,
    repair,
    forget,
    declared: true,
  };
  if (spec !== undefined) return { ...common, spec: parseDeclaration(spec, 'request: spec') };
  const text = await declared(tunnel);
  if (text === undefined && action === 'teardown') return { ...common, declared: false, spec: null };
  if (text === undefined)
    throw new InvalidRequest(`request: tunnel: "${tunnel}": is not declared; add tunnels/${tunnel}.yaml and deploy`);
  return { ...common, spec: parseDeclaration(parseJson(text, tunnel), `declaration of ${tunnel}`) };
}

function parseJson(text: string, tunnel: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidRequest(`declaration of ${tunnel}: (document): is not JSON; deploy again`);
  }
}
