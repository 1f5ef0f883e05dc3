import { type Synthesized, plain, resourcesOf } from './template';

/** One state, as far as tests look into it. */
export interface State {
  readonly Type: 'Task' | 'Choice' | 'Parallel' | 'Pass' | 'Wait' | 'Succeed' | 'Fail';
  readonly Comment?: string;
  readonly Resource?: string;
  readonly Arguments?: Record<string, any>;
  readonly Assign?: Record<string, unknown>;
  readonly Output?: unknown;
  readonly Next?: string;
  readonly TimeoutSeconds?: number;
  readonly Retry?: readonly {
    ErrorEquals: string[];
    IntervalSeconds: number;
    MaxAttempts: number;
    BackoffRate: number;
    MaxDelaySeconds: number;
    JitterStrategy: string;
  }[];
  readonly Catch?: readonly {
    ErrorEquals: string[];
    Next: string;
    Assign?: Record<string, unknown>;
    Output?: unknown;
  }[];
  readonly Choices?: readonly { Condition: string; Next: string; Assign?: Record<string, unknown> }[];
  readonly Default?: string;
  readonly Branches?: readonly Machine[];
  readonly Seconds?: string;
  readonly Error?: string;
  readonly Cause?: string;
}

export interface Machine {
  readonly StartAt: string;
  readonly States: Record<string, State>;
  readonly TimeoutSeconds?: number;
  readonly QueryLanguage?: string;
}

/** The state machine's definition, with every reference resolved to a text in angle brackets. */
export function definitionOf(synthesized: Synthesized): Machine {
  const [, machine] = resourcesOf(synthesized, 'AWS::StepFunctions::StateMachine')[0]!;
  return JSON.parse(plain(machine.Properties.DefinitionString)) as Machine;
}

/** Every state, those in branches included. */
export function everyState(machine: Machine): [string, State][] {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    [name, state] as [string, State],
    ...(state.Branches ?? []).flatMap(everyState),
  ]);
}

/** Every expression below a value, without its marks. */
export function expressionsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.startsWith('{%') ? [value.slice(2, -2).trim()] : [];
  if (value === null || typeof value !== 'object') return [];
  return Object.values(value).flatMap(expressionsIn);
}
