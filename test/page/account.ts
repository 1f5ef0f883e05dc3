import { Aws } from '../../cli/aws/aws';
import { findDeployment } from '../../cli/aws/deployment';
import { contentAt } from '../../cli/page/console/content';
import { serveConsole } from '../../cli/page/console/server';
import { serve, type Answers, type Question } from '../cli/aws/answers';

export const PRODUCT = `${__dirname}/../..`;

/** The page's script, bundled once for all tests of a file. */
let script: string | undefined;

/** A console for an account that answers these. */
export async function consoleOf(answers: Answers) {
  const asked: Question[] = [];
  const endpoint = await serve(answers, asked);
  const credentials = { accessKeyId: 't', secretAccessKey: 't' };
  const aws = new Aws({ region: 'eu-central-1', endpoint: endpoint.url, credentials });
  const place = async () => ({ aws, deployment: await findDeployment(aws), words: 'Somewhere', lab: undefined });
  const content = contentAt(PRODUCT, place, {});
  const served = await serveConsole({ ...content, script: () => (script ??= content.script()) }, 0);
  return {
    asked,
    served,
    async close() {
      await served.close();
      aws.close();
      await endpoint.close();
    },
  };
}

/** What was started. */
export function started(asked: readonly Question[]): readonly unknown[] {
  return asked.flatMap(([operation, { input }]) =>
    operation === 'StartExecution' ? [JSON.parse(String(input)) as unknown] : [],
  );
}
