import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { forward } from './forward';
import { fromForm, xmlAnswer, xmlError } from './query';

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
/** By target, such as `AmazonSSM.SendCommand`; those of the Query protocol by the service's version, such as `2010-03-31.Publish`. */
export type Operations = Readonly<Record<string, (input: Input) => unknown>>;

interface Served {
  readonly operations: Operations;
  /** URLs of servers for targets that begin so, such as `DynamoDB_20120810.`. */
  readonly elsewhere: Readonly<Record<string, string>>;
}

const JSON_TYPE = 'application/x-amz-json-1.1';
const FORM = 'application/x-www-form-urlencoded';

/**
 * An HTTP server on 127.0.0.1 that speaks AWS JSON 1.0 and 1.1 and AWS Query for the operations given, and answers
 * UnknownOperationException to the rest.
 */
export class Endpoint {
  private constructor(
    private readonly server: Server,
    private readonly served: Served,
  ) {}

  /**
   * @param port on 127.0.0.1; default, and 0: any that is free
   * @throws Error of one sentence when the port cannot be had
   */
  static async open(operations: Operations, port = 0): Promise<Endpoint> {
    const served = { operations, elsewhere: {} };
    const server = createServer((request, response) => void answer(served, request, response));
    server.keepAliveTimeout = 0; // closing an idle connection may meet a request on its way, which then looks lost (ECONNRESET)
    await new Promise<void>((resolve, reject) => {
      server.once('error', ({ code }: NodeJS.ErrnoException) =>
        reject(
          new Error(
            `Port ${port} of 127.0.0.1 ${code === 'EADDRINUSE' ? 'is in use' : `cannot be had (${code})`}: name another one, or 0 for any that is free.`,
          ),
        ),
      );
      server.listen(port, '127.0.0.1', resolve);
    });
    return new Endpoint(server, served);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Serves these from now on, and nothing of before. */
  serve(operations: Operations, elsewhere: Served['elsewhere'] = {}): void {
    Object.assign(this.served, { operations, elsewhere });
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Never throws: a client that has gone gets no answer. */
async function answer(served: Served, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const type = request.headers['content-type'] ?? JSON_TYPE;
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { operations, elsewhere } = served;
    const target = request.headers['x-amz-target'];
    const other = Object.keys(elsewhere).find((prefix) => String(target).startsWith(prefix));
    if (other) return await forward(elsewhere[other]!, request, body, response);
    if (target === undefined && type.startsWith(FORM)) return await asQuery(operations, body.toString(), response);
    await asJson(
      operations,
      target === undefined ? `${request.method} ${request.url}` : String(target),
      body,
      response,
      {
        'content-type': /json-1\.[01]/.test(type) ? type : JSON_TYPE,
      },
    );
  } catch {
    response.destroy();
  }
}

async function asJson(
  operations: Operations,
  target: string,
  body: Buffer,
  response: ServerResponse,
  type: Readonly<Record<string, string>>,
): Promise<void> {
  const headers = { ...type, 'x-amzn-requestid': randomUUID() };
  try {
    const result = await operation(operations, target)(parsed(body.toString()));
    response.writeHead(200, headers).end(JSON.stringify(result));
  } catch (error) {
    const { status, type: name, message } = failure(error);
    response.writeHead(status, { ...headers, 'x-amzn-errortype': name }).end(JSON.stringify({ __type: name, message }));
  }
}

async function asQuery(operations: Operations, body: string, response: ServerResponse): Promise<void> {
  const { Action: action, Version: version, ...input } = fromForm(body);
  const id = randomUUID();
  const headers = { 'content-type': 'text/xml', 'x-amzn-requestid': id };
  try {
    const result = (await operation(operations, `${version}.${action}`)(input)) as Readonly<Record<string, string>>;
    response.writeHead(200, headers).end(xmlAnswer(action!, result, id));
  } catch (error) {
    const { status, type, message } = failure(error);
    response.writeHead(status, headers).end(xmlError(type, message, id));
  }
}

function operation(operations: Operations, target: string): Operations[string] {
  if (Object.hasOwn(operations, target)) return operations[target]!;
  throw new ServiceError('UnknownOperationException', `The lab does not implement ${target}.`);
}

function parsed(body: string): Input {
  try {
    return JSON.parse(body || '{}') as Input;
  } catch {
    throw new ServiceError('SerializationException', 'The body of the request is not JSON.');
  }
}

/** How an error is answered: those of a service by name, a mistake of the lab with its stack. */
function failure(error: unknown): { readonly status: number; readonly type: string; readonly message: string } {
  if (error instanceof ServiceError) return { status: 400, type: error.type, message: error.message };
  return { status: 500, type: 'InternalServerError', message: String((error as Error).stack) };
}

/** Refuses, by name, members of a request that the lab would otherwise ignore. */
export function onlyMembers(operation: string, input: Input, known: readonly string[]): void {
  const other = Object.keys(input).find((member) => !known.includes(member));
  if (other) throw new ServiceError('ValidationException', `The lab does not implement ${operation} with ${other}.`);
}
