import { Aws } from '../../../cli/aws/aws';
import type { Surroundings } from '../../../cli/surroundings';
import { call, type Outcome } from '../fake';
import { serve, type Answers, type Question } from './answers';

export * from './answers';

/** How a command line went that asked AWS, and what it asked. */
export interface Asked extends Outcome {
  readonly asked: readonly Question[];
}

/** Runs a command line against an endpoint that answers these. */
export async function callAws(
  args: readonly string[],
  answers: Answers,
  given: Partial<Surroundings> = {},
): Promise<Asked> {
  const asked: Question[] = [];
  const endpoint = await serve(answers, asked);
  const fixed = {
    region: 'eu-central-1',
    endpoint: endpoint.url,
    credentials: { accessKeyId: 't', secretAccessKey: 't' },
  };
  try {
    const aws: Surroundings['aws'] = (reach) => new Aws({ ...fixed, ...defined(reach) });
    return { ...(await call(args, {}, { aws, ...given })), asked };
  } finally {
    await endpoint.close();
  }
}

function defined(reach: object): object {
  return Object.fromEntries(
    Object.entries(reach).filter(
      ([name, value]) => value !== undefined && ['region', 'profile', 'stack'].includes(name),
    ),
  );
}
