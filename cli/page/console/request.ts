import * as z from 'zod';
import { Refusal } from './refusal';

const tunnel = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/);
/** A change names the plan that a person has seen: no other one is carried out. */
const expect = z.string().regex(/^[0-9a-f]{16}$/);

/** A run that works, or has left something. */
const run = z.string().regex(/^arn:[\w-]+:states:[\w-]+:[0-9]{12}:execution:[\w-]{1,80}:[\w-]{1,80}$/);

/** What a page may ask to have done. */
const SHAPE = z.discriminatedUnion('action', [
  z.strictObject({ tunnel, action: z.literal('plan'), teardown: z.boolean().optional() }),
  z.strictObject({ tunnel, action: z.literal('verify') }),
  z.strictObject({ tunnel, action: z.literal('apply'), expect, allowInterruption: z.boolean().optional() }),
  z.strictObject({ tunnel, action: z.literal('teardown'), expect }),
  z.strictObject({
    tunnel,
    action: z.literal('pause'),
    reason: z.string().min(1).max(200),
    until: z.iso.datetime().optional(),
  }),
  z.strictObject({ tunnel, action: z.literal('resume') }),
  z.strictObject({ tunnel, action: z.literal('stop'), run }),
  z.strictObject({ tunnel, action: z.literal('repair'), run }),
]);

/** What a page asks to have done: a run started, or stopped. */
export type RunRequest = z.output<typeof SHAPE>;

/** @throws Refusal of what no page of the console asks */
export function requestIn(body: unknown): RunRequest {
  const { success, data } = SHAPE.safeParse(body);
  if (!success)
    throw new Refusal(
      400,
      'A run is asked for by tunnel and action; an apply and a teardown also name the digest of the plan that was seen, a stop and a repair the run that is meant.',
    );
  return data;
}
