import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An error answer of an AWS service: `type` is what clients see as the error's name. */
export class ServiceError extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

export type Input = Record<string, unknown>;
/** By target, such as `AmazonSSM.SendCommand`. */
export type Operations = Readonly<Record<string, (input: Input) => unknown>>;

/** An HTTP server on 127.0.0.1 that speaks AWS JSON 1.1 for the operations given and answers UnknownOperationException to the rest. */
export class Endpoint {
  private constructor(private readonly server: Server) {}

  static async open(operations: Operations): Promise<Endpoint> {
    const server = createServer((request, response) => {
      void answer(operations, request).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
      });
    });
    server.keepAliveTimeout = 0; // closing an idle connection may meet a request on its way, which then looks lost (ECONNRESET)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Endpoint(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

async function answer(operations: Operations, request: IncomingMessage): Promise<[number, unknown]> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const target = String(request.headers['x-amz-target']);
    const operation = Object.hasOwn(operations, target) ? operations[target] : undefined;
    if (!operation) throw new ServiceError('UnknownOperationException', `The lab does not implement ${target}.`);
    return [200, await operation(JSON.parse(Buffer.concat(chunks).toString() || '{}') as Input)];
  } catch (error) {
    if (error instanceof ServiceError) return [400, { __type: error.type, message: error.message }];
    return [500, { __type: 'InternalServerError', message: String((error as Error).stack) }];
  }
}

/** Refuses, by name, members of a request that the lab would otherwise ignore. */
export function onlyMembers(operation: string, input: Input, known: readonly string[]): void {
  const other = Object.keys(input).find((member) => !known.includes(member));
  if (other) throw new ServiceError('ValidationException', `The lab does not implement ${operation} with ${other}.`);
}
