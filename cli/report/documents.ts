import * as z from 'zod';
import { STAGES } from '../../lib/tunnel/device/operation';

/*
 * What --json prints, a document each. docs/output.schema.json is made of this (npm run schema). A key that says nothing is left out, or null.
 */

const count = z.int().min(0);
const time = z.string().meta({ format: 'date-time', description: 'UTC' });
const arn = z.string().describe('ARN of an execution');

const change = z
  .strictObject({
    device: z.string(),
    stage: z.enum(STAGES),
    text: z.string().describe('A line of the diff: + made, - removed, ~ changed'),
    interrupts: z.string().nullable().describe('Why it cuts live traffic; null: it does not'),
  })
  .describe('A change to a device');

const probe = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    what: z.string(),
    ok: z.boolean(),
    detail: z.string().describe('The evidence'),
    held: z.enum(['virtual-ip', 'active-role']).optional().describe('Of a pair: what exactly one of both has'),
    holds: z.boolean().optional().describe('Whether this one has it'),
  })
  .describe('Something that was tried, or read, as a proof');

const failure = z.strictObject({ state: z.string(), error: z.string(), cause: z.string() });

const drained = z
  .array(
    z.strictObject({
      drained: z.number().nullable(),
      cut: z.number().nullable(),
      seconds: z.number(),
    }),
  )
  .describe('What became of the connections that were waited for, a BIG-IP each; null: it would not say');

/** `plan`, `apply`, `verify`, `teardown`, `pause`, `resume`. */
const run = z
  .strictObject({
    tunnel: z.string(),
    action: z.enum(['plan', 'apply', 'verify', 'teardown', 'pause', 'resume']),
    teardown: z.boolean().optional().describe('Of a plan: it is that of a teardown'),
    repair: arn.optional().describe('Of an apply: it puts back what this run had begun'),
    status: z
      .string()
      .describe('The end state; or Interrupted, Failed, or GoesOn: on AWS, and nobody here waits for its end'),
    changes: z.array(change),
    steps: z
      .array(
        z.strictObject({
          state: z.string(),
          seconds: z.number(),
          outcome: z.enum(['done', 'failed', 'interrupted']),
        }),
      )
      .describe('The states of the run in the order in which it entered them'),
    ssmRoundTrips: count.describe('Commands sent to instances'),
    criticalPathTrips: count.describe('The longest chain of commands that waited for one another'),
    stateTransitions: count,
    deviceWrites: count.nullable().describe('Command lines that changed a device; null: not known'),
    deviceOperations: count
      .optional()
      .describe('The operations carried out; left out where there was nothing to carry out'),
    verification: z.array(probe),
    degraded: z.array(z.string()).optional().describe('Devices of a pair that could not be reached'),
    drained: drained.optional(),
    digest: z.string().optional().describe("A plan's digest, for --expect"),
    commands: z
      .array(
        z.strictObject({
          device: z.string(),
          through: z.string().describe('The instance that the commands run on'),
          byOc: z.literal(true).optional().describe('It takes them on, to the node, by oc'),
          stage: z.enum(STAGES),
          commands: z.array(z.string()),
        }),
      )
      .optional()
      .describe('With --commands'),
    remaining: z.array(change).optional().describe('What a restore could not put back'),
    error: z.string().optional().describe('One sentence; absent: success'),
  })
  .describe('plan, apply, verify, teardown, pause, resume');

const runs = z
  .strictObject({
    runs: z.array(run).describe('One after the other'),
    error: z.string().optional().describe('Why none was started'),
  })
  .describe('plan --all, apply --all');

const seen = z.strictObject({
  at: time.nullable(),
  by: arn.nullable(),
  action: z.string(),
  outcome: z.string().nullable().describe('The end state'),
  changes: count,
  cutting: count.describe('How many of the changes cut live traffic'),
  healed: z
    .array(
      z.strictObject({
        device: z.string(),
        times: count,
        repeated: z.boolean().describe('true: so often that something keeps taking it away'),
        lastAt: time.nullable().describe('About when it did so last'),
        what: z.string().describe('What was missing then'),
      }),
    )
    .describe('What nodes had put back by themselves within the hour before'),
});

const standing = z.strictObject({
  tunnel: z.string(),
  declared: z.boolean(),
  wanted: z.enum(['applied', 'absent']).nullable().describe('null: it was never applied'),
  inSync: z.boolean().nullable().describe('null: nothing is there that could be, or nobody knows'),
  why: z.string(),
  lastSeen: seen.nullable(),
  provenAt: time.nullable(),
  provenBy: arn.nullable(),
  lastDrift: z.strictObject({ at: time, execution: arn, changes: count }).nullable(),
  lease: z
    .strictObject({ owner: arn, since: time.nullable(), alive: z.boolean() })
    .nullable()
    .describe('The run that works on it; null: the lease is free'),
  paused: z
    .strictObject({
      until: time.nullable().describe('null: until somebody resumes it'),
      reason: z.string(),
      at: time.nullable(),
      by: arn.nullable(),
    })
    .nullable(),
  degraded: z.array(z.string()),
  leftAlone: z.string().nullable().describe('Why the automation leaves it alone; null: it looks after it'),
  automation: z.enum(['on', 'events only', 'paused', 'stopped', 'example', 'not wanted', 'not declared']),
  needs: z.array(z.strictObject({ what: z.string(), command: z.string() })).describe('What needs a person'),
});

const status = z.strictObject({ tunnels: z.array(standing) }).describe('status');

const history = z
  .strictObject({
    tunnel: z.string(),
    runs: z.array(
      z.strictObject({
        execution: z.string().describe("The execution's name"),
        arn,
        action: z.string(),
        by: z.enum(['person', 'event', 'schedule', 'repair']),
        outcome: z.string().describe('The end state; Running, Interrupted or Failed'),
        began: time,
        seconds: z.number().nullable().describe('null: it still runs'),
        changes: z.array(change).nullable().describe('null: it did not tell'),
        cause: z.string().nullable().describe('Why it failed; null: it did not'),
      }),
    ),
    complete: z.boolean().describe('false: there may be older runs'),
  })
  .describe('history');

const result = z
  .strictObject({
    tunnel: z.string(),
    execution: arn.nullable(),
    action: z.string(),
    at: time.nullable().describe('When it ended; null: a run of an older version, which did not write it down'),
    status: z.string().describe('The end state'),
    sentence: z.string().describe('How it ended, and what to do next'),
    changes: z.array(change),
    verification: z.array(probe),
    remarks: z.array(z.string()),
    degraded: z.array(z.string()).describe('Devices of a pair that could not be reached'),
    failure: failure.nullable().describe('The first failure; null: there was none'),
    restoreFailure: failure.nullable().describe('What stood in the way of putting everything back; null: nothing'),
    remaining: z.array(change).nullable().describe('What was not put back; null: nothing had to be, or nobody knows'),
    left: z.array(z.string()).describe('What was left alone, since somebody else had changed it'),
    drained,
    before: z
      .array(
        z.strictObject({
          device: z.string(),
          object: z.string(),
          value: z.string().nullable().describe("In the device's own words; null: it was not there"),
        }),
      )
      .describe('Every changed object of the devices on which something is not put back, as it was before'),
    unfinished: z
      .strictObject({ execution: arn, works: z.boolean().describe('false: it ended half-way') })
      .nullable()
      .describe('A run that began later and has no result; null: there is none'),
  })
  .describe('result');

const preflight = z
  .strictObject({
    tunnel: z.string(),
    checks: z.array(
      z.strictObject({
        check: z.string(),
        how: z.string(),
        result: z.enum(['pass', 'warning', 'fail', 'cannot know']),
        evidence: z.string(),
      }),
    ),
  })
  .describe('preflight');

const DOCUMENTS = { run, runs, status, history, result, preflight };

type Frozen<T> = T extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]: Frozen<T[Key]> }
    : T;

/** What a run gives to programs. */
export type RunDocument = Frozen<z.infer<typeof run>>;
/** What any command gives to programs. */
export type JsonDocument = Frozen<z.infer<(typeof DOCUMENTS)[keyof typeof DOCUMENTS]>>;

/** The JSON Schema of all of them, as the text of `docs/output.schema.json`. @public for bin/schema.ts */
export function outputSchemaText(): string {
  const $defs = Object.fromEntries(
    Object.entries(DOCUMENTS).map(([name, document]) => {
      const { $schema: _, ...schema } = z.toJSONSchema(document);
      return [name, schema];
    }),
  );
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'What edge-ramp prints with --json',
    oneOf: Object.keys($defs).map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs,
  };
  return `${JSON.stringify(schema, null, 2)}\n`;
}
