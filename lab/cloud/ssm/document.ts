import { ServiceError } from '../endpoint';
import type { Resource } from '../template';

interface Parameter {
  readonly default?: string;
  readonly pattern?: RegExp;
  readonly values?: readonly string[];
}

/** A Command document of one aws:runShellScript step, its parameters given to the script as environment variables. */
export interface CommandDocument {
  readonly name: string;
  readonly step: string;
  readonly script: string;
  /** Execution time-out in seconds. */
  readonly timeoutSeconds: number;
  readonly parameters: ReadonlyMap<string, Parameter>;
}

type Json = Record<string, unknown>;

/** Reads a document as declared in a template. @throws Error naming what the lab does not implement */
export function readDocument(resource: Resource): CommandDocument {
  const { name } = resource;
  const refuse = (what: string): never => {
    throw new Error(`Document ${name}: ${what}, which the lab does not implement.`);
  };
  const only = (json: Json, known: readonly string[], where: string) => {
    const other = Object.keys(json).find((key) => !known.includes(key));
    if (other) refuse(`${where} has ${other}`);
  };
  const declared = resource.get('Content');
  const content = (typeof declared === 'string' ? JSON.parse(declared) : declared) as Json;
  only(content, ['schemaVersion', 'description', 'parameters', 'mainSteps'], 'it');
  if (content.schemaVersion !== '2.2') refuse(`schemaVersion ${String(content.schemaVersion)}`);
  const steps = content.mainSteps as Json[];
  const step = steps[0]!;
  if (steps.length !== 1) refuse(`${steps.length} steps`);
  only(step, ['action', 'name', 'inputs', 'precondition'], 'its step');
  if (step.action !== 'aws:runShellScript') refuse(`action ${String(step.action)}`);
  if (step.precondition && JSON.stringify(step.precondition) !== '{"StringEquals":["platformType","Linux"]}')
    refuse('a precondition other than platformType Linux');
  const inputs = step.inputs as Json;
  only(inputs, ['runCommand', 'timeoutSeconds'], 'its step');
  const script = (inputs.runCommand as string[]).join('\n');
  const left = /\{\{\s*[\w:.-]+\s*\}\}/.exec(`${script}${String(inputs.timeoutSeconds)}`);
  if (left) refuse(`${left[0]}, a parameter written into the text`);
  const parameters = Object.entries((content.parameters ?? {}) as Record<string, Json>).map(([key, json]) => {
    const where = `parameter ${key}`;
    only(json, ['type', 'description', 'default', 'allowedPattern', 'allowedValues', 'interpolationType'], where);
    if (json.type !== 'String') refuse(`${where} of type ${String(json.type)}`);
    if (json.interpolationType !== 'ENV_VAR') refuse(`${where} without interpolationType ENV_VAR`);
    const {
      default: otherwise,
      allowedPattern,
      allowedValues,
    } = json as { default?: string; allowedPattern?: string; allowedValues?: string[] };
    const parameter: Parameter = {
      ...(otherwise === undefined ? {} : { default: otherwise }),
      ...(allowedPattern === undefined
        ? {}
        : { pattern: whole(allowedPattern) ?? refuse(`${where} with a pattern only Java understands`) }),
      ...(allowedValues === undefined ? {} : { values: allowedValues }),
    };
    return [key, parameter] as const;
  });
  return {
    name,
    step: String(step.name),
    script,
    timeoutSeconds: Number(inputs.timeoutSeconds ?? 3600),
    parameters: new Map(parameters),
  };
}

/** A Java pattern that has to match the whole value, as Java's `matches` does; undefined where JavaScript would read it differently. */
function whole(pattern: string): RegExp | undefined {
  if (/&&|\\[AZzGQEhRpP]|\(\?[a-zA-Z>]|[*+?}]\+/.test(pattern)) return undefined;
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return undefined;
  }
}

/**
 * The environment that a command's parameters make: `SSM_<name>` for each.
 * @throws ServiceError InvalidParameters for an unknown, missing, repeated or disallowed one
 */
export function environmentOf(
  document: CommandDocument,
  given: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  const refuse = (what: string): never => {
    throw new ServiceError('InvalidParameters', what);
  };
  for (const name of Object.keys(given))
    if (!document.parameters.has(name)) refuse(`Parameter "${name}" is not declared by ${document.name}.`);
  const entries = [...document.parameters].map(([name, { default: otherwise, pattern, values }]) => {
    const [value = otherwise, ...more] = given[name] ?? [];
    if (value === undefined) return refuse(`Parameter "${name}" has no value.`);
    if (more.length > 0) refuse(`Parameter "${name}" is a String and takes one value.`);
    if (pattern && !pattern.test(value))
      refuse(`Parameter "${name}" has a value that does not match its allowedPattern.`);
    if (values && !values.includes(value))
      refuse(`Parameter "${name}" has a value that is not among its allowedValues.`);
    return [`SSM_${name}`, value] as const;
  });
  return Object.fromEntries(entries);
}
