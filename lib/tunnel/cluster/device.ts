import type { Device } from '../device';
export const cluster = {} as Device<object>;
