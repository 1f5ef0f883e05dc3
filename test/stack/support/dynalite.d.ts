declare module 'dynalite' {
  /** A DynamoDB in memory, as an HTTP server that does not listen yet. */
  export default function dynalite(options?: { createTableMs?: number }): import('node:http').Server;
}
