import type { Declared } from '../../lib/tunnel/tunnel';
import type { Aws } from './aws';
import { Problem } from './problem';

/** A tunnel as it is declared in a deployment, defaults filled in. @returns undefined when it is not declared there */
export async function declaredTunnel(aws: Aws, tunnel: string): Promise<Declared | undefined> {
  const text = await parameter(aws, `${aws.names.tunnels}${tunnel}`);
  return text === undefined ? undefined : read(aws, text, tunnel);
}

/** Every tunnel that a deployment declares, by name. */
export async function declaredTunnels(aws: Aws): Promise<ReadonlyMap<string, Declared>> {
  const pages = aws.ssm.paginateGetParametersByPath({ Path: aws.names.tunnels });
  const found = await aws.askAll('ssm:GetParametersByPath', pages, (page) => page.Parameters);
  return new Map(
    found.map(({ Name: name = '', Value: text }) => {
      const tunnel = name.slice(aws.names.tunnels.length);
      return [tunnel, read(aws, text, tunnel)];
    }),
  );
}

/** The text of a parameter. @returns undefined when there is none of that name */
export async function parameter(aws: Aws, name: string): Promise<string | undefined> {
  try {
    const answer = await aws.ask('ssm:GetParameter', aws.ssm.getParameter({ Name: name }), ['ParameterNotFound']);
    return answer.Parameter?.Value ?? '';
  } catch (error) {
    if (error instanceof Error && error.name === 'ParameterNotFound') return undefined;
    throw error;
  }
}

function read({ names }: Aws, text: string | undefined, tunnel: string): Declared {
  try {
    return JSON.parse(text ?? '') as Declared;
  } catch (error) {
    throw new Problem(
      'other',
      `The parameter ${names.tunnels}${tunnel} is no declaration: deploy again (npx cdk deploy).`,
      { cause: error },
    );
  }
}
