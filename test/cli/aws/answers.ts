import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CONTRACT } from '../../../lib/tunnel/run/outcome';

export type Input = Record<string, unknown>;

/** An error that AWS answers. */
export class Refusal extends Error {
  constructor(
    readonly type: string,
    message: string,
  ) {
    super(message);
  }
}

/** What AWS answers to an operation, such as `GetParameter`; SNS's are XML. It throws a Refusal. */
export type Answers = Readonly<Record<string, (input: Input) => unknown>>;

export const MACHINE = 'arn:aws:states:eu-central-1:123456789012:stateMachine:edge-ramp';
export const TOPIC = 'arn:aws:sns:eu-central-1:123456789012:Notices';
export const arnOf = (name: string): string => `${MACHINE.replace('stateMachine', 'execution')}:${name}`;

/** Parameters by name: the deployment, and these. */
export function parameters(more: Readonly<Record<string, unknown>> = {}): Answers {
  const all: Readonly<Record<string, unknown>> = {
    '/edge-ramp/deployment': { contract: CONTRACT, stateMachine: MACHINE, table: 'Tunnels', notices: TOPIC },
    ...more,
  };
  const shown = (name: string): Input => ({ Name: name, Value: JSON.stringify(all[name]) });
  return {
    GetParameter: ({ Name: name }) => {
      if (all[String(name)] === undefined) throw new Refusal('ParameterNotFound', `There is no ${String(name)}`);
      return { Parameter: shown(String(name)) };
    },
    // A page each: whoever does not turn them sees one tunnel only.
    GetParametersByPath: ({ Path: path, NextToken: token = '0' }) => {
      const names = Object.keys(all).filter((name) => name.startsWith(String(path)));
      const at = Number(token);
      const next = at + 1 < names.length ? { NextToken: String(at + 1) } : {};
      return { Parameters: names.slice(at, at + 1).map(shown), ...next };
    },
  };
}

/** Items of the table by tunnel, plain texts and numbers. */
export function items(all: Readonly<Record<string, Readonly<Record<string, string | number>>>>): Answers {
  const wire = (tunnel: string): Input =>
    Object.fromEntries(
      Object.entries({ ...all[tunnel], tunnel }).map(([name, value]) => [
        name,
        typeof value === 'number' ? { N: String(value) } : { S: value },
      ]),
    );
  return {
    GetItem: ({ Key: key }) => {
      const { S: tunnel } = (key as { readonly tunnel: { readonly S: string } }).tunnel;
      return all[tunnel] ? { Item: wire(tunnel) } : {};
    },
    Scan: () => ({ Items: Object.keys(all).map(wire) }),
  };
}

/** Executions by name, newest first. */
export function pastExecutions(all: Readonly<Record<string, Input>>): Answers {
  return {
    ListExecutions: () => ({
      executions: Object.keys(all).map((name) => ({
        executionArn: arnOf(name),
        stateMachineArn: MACHINE,
        name,
        status: 'SUCCEEDED',
        startDate: 1,
      })),
    }),
    DescribeExecution: ({ executionArn: arn }) => {
      const name = String(arn).split(':').at(-1)!;
      if (!all[name]) throw new Refusal('ExecutionDoesNotExist', `Execution Does Not Exist: '${String(arn)}'`);
      return { executionArn: arn, stateMachineArn: MACHINE, name, status: 'SUCCEEDED', startDate: 1, ...all[name] };
    },
  };
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

/** What was asked: operation and input. */
export type Question = readonly [operation: string, input: Input];

/** An endpoint that answers these; all else is an operation that nobody knows. */
export async function serve(
  answers: Answers,
  asked: Question[] = [],
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    void answer(request, answers, asked).then(([status, body]) => response.writeHead(status).end(body));
  });
  server.keepAliveTimeout = 0;
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

async function answer(request: IncomingMessage, answers: Answers, asked: Question[]): Promise<[number, string]> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const body = Buffer.concat(chunks).toString();
  const target = request.headers['x-amz-target'] as string | undefined;
  // SNS speaks another protocol than the others: a form, answered by XML.
  const input = target ? (JSON.parse(body) as Input) : Object.fromEntries(new URLSearchParams(body));
  const operation = target?.split('.').at(-1) ?? String(input['Action']);
  asked.push([operation, input]);
  try {
    const reply = answers[operation];
    if (!reply) throw new Refusal('UnknownOperationException', `Nobody answers ${operation}.`);
    const told = reply(input);
    return [200, target ? JSON.stringify(told) : String(told)];
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { type, message } = error;
    return target
      ? [400, JSON.stringify({ __type: type, message })]
      : [400, `<ErrorResponse><Error><Code>${type}</Code><Message>${message}</Message></Error></ErrorResponse>`];
  }
}
