import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import type { Declared } from '../../lib/tunnel/declaration/tunnel';
import type { DeploymentNames } from '../../lib/tunnel/run/deployment-names';
import { readTunnelFiles } from '../local/tunnel-files';
import { checking, judged, type Check } from './check';

/** Whether the tunnel is declared where it will be run, as its file says, and for the automation too. */
export function checkDeclaration(
  tunnels: string,
  tunnel: string,
  declared: Declared | undefined,
  names: Pick<DeploymentNames, 'tunnels'>,
): readonly Check[] {
  const deployed = checking('declared', `the parameter ${names.tunnels}${tunnel}`);
  if (!declared)
    return [deployed('fail', `${tunnel} is not declared there: add tunnels/${tunnel}.yaml, then npx cdk deploy`)];
  const watched =
    declared.watch === 0 ? 'looks after it, but never by itself: watch is 0' : `looks every ${declared.watch} minutes`;
  const automation = checking('automation', 'the declaration');
  return [
    deployed('pass', `a ${declared.kind}`),
    checkFile(tunnels, tunnel, declared),
    declared.example
      ? automation('warning', 'declared as an example: events and the schedule leave it alone')
      : automation('pass', watched),
  ];
}

function checkFile(tunnels: string, tunnel: string, declared: Declared): Check {
  const file = join(basename(tunnels), `${tunnel}.yaml`);
  const say = checking('file', `${file}, compared with the parameter`);
  const path = join(tunnels, `${tunnel}.yaml`);
  if (!existsSync(path)) return say('cannot know', `there is no ${file} here`);
  try {
    const [here] = readTunnelFiles([{ path, shown: file }]);
    const differs = `${file} differs from what is deployed: npx cdk deploy, or take it back`;
    return judged(say, isDeepStrictEqual(here, declared), 'equal', differs);
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return say('fail', error.message.replaceAll('\n', '; '));
  }
}
