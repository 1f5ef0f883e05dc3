export { get, startPodServer, type Got } from './http';
export {
  measure,
  type Connection,
  type ConnectionOptions,
  type Measurement,
  type PingOptions,
  type Pings,
  type PingTarget,
  type RequestOptions,
  type Requests,
} from './measure';
export type { Server } from './programs';
export { startProxy, type Proxy, type Virtual, type VirtualStatus } from './proxy';
