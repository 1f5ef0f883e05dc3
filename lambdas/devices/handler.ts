import type { StepKind } from '../../lib/tunnel/plan/devices';
import { environment } from '../environment';
import { loggedStep } from '../telemetry/logged-step';
import { aboutStep, deviceStep } from './step';

/** The devices of one kind: each kind has a function of its own, with a role that reaches nothing else. */
export const handler = loggedStep(aboutStep, deviceStep(environment('DEVICE') as StepKind));
