import * as z from 'zod';
import { check } from '../../lib/tunnel/declaration/check';
import { mistakeLines } from '../../lib/tunnel/declaration/mistake-lines';
import { nodeName } from '../../lib/tunnel/declaration/names';
import { parseDeclaration } from '../../lib/tunnel/declaration/parse';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import { digestOf } from '../../lib/tunnel/declaration/digest';
import type { Mistake } from '../../lib/tunnel/declaration/mistake';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import { lastDeclared, type Records } from '../../lib/tunnel/plan/situation';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';

const when = z.iso
  .datetime({ offset: true, error: 'must be a time with its zone: 2026-11-24T06:00:00Z' })
  .transform((text) => new Date(text).toISOString());

const input = z
  .strictObject({
    tunnel: z
      .string()
      .regex(
        /^[a-z][a-z0-9-]{0,31}$/,
        'must be the name of a declared tunnel: 1 to 32 of lower case letters, digits, -',
      ),
    action: z.enum(['apply', 'plan', 'verify', 'teardown', 'pause', 'resume']).default('apply'),
    teardown: z.boolean().default(false),
    allowInterruption: z.boolean().default(false),
    expect: z
      .string()
      .regex(/^[0-9a-f]{16}$/, 'must be the digest of a plan: 16 hexadecimal digits')
      .optional(),
    spec: z.unknown().optional(),
    forget: z
      .array(
        z
          .string()
          .refine(
            (text) => nodeName.safeParse(text).success,
            'must be the instance id of a ramp node, i-… or mi-…, its name where it has reach: oc, or the management address of one of two BIG-IPs',
          ),
      )
      .max(8, 'must be at most 8 devices')
      .default([]),
    trigger: z.enum(['event', 'schedule']).optional(),
    asked: when.optional(),
    awaits: z
      .string()
      .regex(/^(?:i|mi)-[0-9a-f]{8,17}$/, 'must be an instance id: i-… or mi-…')
      .optional(),
    repair: z
      .string()
      .regex(
        // A person may call an execution anything without blanks, controls and <>{}[]?*"#%\\^|~`$&,;:/ (StartExecution).
        /^arn:[a-z-]+:states:[a-z0-9-]+:[0-9]{12}:execution:[A-Za-z0-9_-]+:[^\s\p{C}<>{}[\]?*"#%\\^|~`$&,;:/]{1,80}$/u,
        'must be the ARN of an execution',
      )
      .optional(),
    until: when.optional(),
    reason: z
      .string()
      .regex(
        /^[\p{L}\p{N} .,:;()/#@_+-]{1,200}$/u,
        'must be 1 to 200 letters, digits, spaces and . , : ; ( ) / # @ _ + -',
      )
      .optional(),
  })
  .superRefine((request, context) => {
    for (const { path, message } of contradictions(request))
      context.addIssue({ code: 'custom', path: [...path], input: at(request, path), message });
  });

/** Fields that do not go together. */
function contradictions(request: z.input<typeof input>): readonly Pick<Mistake, 'path' | 'message'>[] {
  const { spec, action = 'apply', tunnel, forget = [], trigger, asked, awaits, repair, until, reason } = request;
  const { teardown = false, allowInterruption = false, expect } = request;
  const found: Pick<Mistake, 'path' | 'message'>[] = [];
  const rule = (broken: boolean, field: string, message: string): void => {
    if (broken) found.push({ path: [field], message });
  };
  rule(teardown && action !== 'plan', 'teardown', 'is for action plan only: what a teardown would change');
  rule(teardown && spec !== undefined, 'spec', 'is for the plan of an apply: what is torn down was applied');
  const changing = (action === 'apply' || action === 'teardown') && trigger === undefined && repair === undefined;
  const AGREED = 'is for an apply or a teardown that a person asks for';
  rule(allowInterruption && !changing, 'allowInterruption', `${AGREED}: without a person nothing cuts live traffic`);
  rule(expect !== undefined && !changing, 'expect', `${AGREED}, who has looked at the plan`);
  rule(
    forget.length > 0 && (action === 'verify' || trigger !== undefined),
    'forget',
    'is for a plan, an apply or a teardown that a person asks for: what stands on a forgotten node stays there',
  );
  rule(
    trigger !== undefined && action !== 'apply' && action !== 'pause',
    'action',
    'must be apply where an event or a schedule asks: nothing else is done without a person',
  );
  rule(asked !== undefined && trigger === undefined, 'asked', 'is for what an event or a schedule asks for');
  rule(
    awaits !== undefined && (trigger === undefined || repair !== undefined),
    'awaits',
    'is for what an event asks for',
  );
  rule(repair !== undefined && action !== 'apply', 'repair', 'goes with no other action: a repair restores');
  rule(
    reason === undefined && action === 'pause',
    'reason',
    'is missing: say why, for whoever finds the tunnel paused',
  );
  rule(reason !== undefined && action !== 'pause', 'reason', 'is for action pause only');
  rule(until !== undefined && action !== 'pause', 'until', 'is for action pause only');
  rule(until !== undefined && Date.parse(until) <= Date.now(), 'until', 'must be in the future');
  if (spec === undefined) return found;
  rule(action !== 'plan', 'spec', 'is for action plan only: what is applied must be declared');
  const { name } = (typeof spec === 'object' && spec !== null ? spec : {}) as { name?: unknown };
  if (name !== tunnel) found.push({ path: ['spec', 'name'], message: `must be the tunnel's name, ${tunnel}` });
  return found;
}

/** The value at a path; undefined for a whole inline declaration, which would fill the sentence. */
function at(request: unknown, path: Mistake['path']): unknown {
  if (path.length === 1 && path[0] === 'spec') return undefined;
  return path.reduce<unknown>(
    (value, field) =>
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[field] : undefined,
    request,
  );
}

/** The request, as all states of the workflow have it. null: not given. */
export interface Request {
  readonly contract: number;
  readonly tunnel: string;
  readonly action: 'apply' | 'plan' | 'verify' | 'teardown' | 'pause' | 'resume';
  /** Of a plan: what a teardown would change, instead of an apply. */
  readonly teardown: boolean;
  readonly allowInterruption: boolean;
  readonly expect: string | null;
  /** What started the run; null: a person. */
  readonly trigger: 'event' | 'schedule' | null;
  /** The time of the event or tick that started the run. Milliseconds since the epoch. */
  readonly asked: number | null;
  /** The event's instance, which may still be booting. */
  readonly awaits: string | null;
  /** The ARN of a dead run, whose changes are to be restored. */
  readonly repair: string | null;
  /** The end of a pause, ISO 8601; null: it lasts until a resume. */
  readonly until: string | null;
  readonly reason: string | null;
  /** The digest of the declaration, by which automation counts failures; null: the tunnel is not declared. */
  readonly specDigest: string | null;
  /** Names of devices that are gone for good: the run does not look for them. */
  readonly forget: readonly string[];
  /** False: the tunnel is not declared any more, and is torn down or repaired by its records. */
  readonly declared: boolean;
  readonly spec: Declared;
}

/** A request from the input alone: it is not known yet whether the tunnel is declared. */
export type CheckedInput = Omit<Request, 'contract' | 'specDigest' | 'declared' | 'spec'> & {
  readonly inline: unknown;
};

/**
 * Checks an execution's input.
 * @returns `inline`: the declaration in the input of a plan; undefined: none
 * @throws InvalidRequest listing every mistake: path, value, rule
 */
export function checkInput(document: unknown): CheckedInput {
  const checked = check(input, document);
  if ('mistakes' in checked)
    throw new InvalidRequest('request-invalid', mistakeLines('request', checked.mistakes).join('; '));
  const { spec, asked, expect = null, trigger = null, awaits = null, repair = null, ...given } = checked.value;
  const { until = null, reason = null } = given;
  return {
    ...given,
    expect,
    trigger,
    asked: asked === undefined ? null : Date.parse(asked),
    awaits,
    repair,
    until,
    reason,
    inline: spec,
  };
}

/**
 * Adds the tunnel's declaration: that of the input, else the stored one. Without either, that of the records, for a teardown, a repair, or the
 * pause after a stopped repair.
 * @param stored the stored declaration, JSON text; undefined: there is none
 * @throws InvalidRequest for a declaration that breaks a rule, and for an unknown tunnel
 */
export function withDeclaration(
  { inline, ...asked }: CheckedInput,
  stored: string | undefined,
  records: Records,
): Request {
  const { tunnel, action, teardown, repair, trigger } = asked;
  const request = { ...asked, contract: CONTRACT };
  if (inline !== undefined || stored !== undefined) {
    const spec =
      inline === undefined
        ? parseDeclaration(parseJson(stored!, tunnel), `declaration of ${tunnel}`)
        : parseDeclaration(inline, 'request: spec');
    return { ...request, declared: true, specDigest: digestOf(spec), spec };
  }
  const byTheTable = action === 'teardown' || teardown || repair !== null || (action === 'pause' && trigger !== null);
  if (!byTheTable)
    throw new InvalidRequest(
      'tunnel-undeclared',
      `request: tunnel: "${tunnel}": is not declared; add tunnels/${tunnel}.yaml and deploy`,
    );
  const spec = lastDeclared(records);
  if (spec === null)
    throw new InvalidRequest(
      'tunnel-undeclared',
      `request: tunnel: "${tunnel}": is not declared, and the table does not know it as applied: there is nothing to tear down or to repair`,
    );
  return { ...request, declared: false, specDigest: null, spec };
}

function parseJson(text: string, tunnel: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidRequest(
      'declaration-unreadable',
      `declaration of ${tunnel}: (document): is not JSON; deploy again`,
    );
  }
}
