export type { Job, Machine, Ran, Sleeper } from './job';
export { openMachine } from './choose';
