import { mayWork } from '../../lib/tunnel/run/automation';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import { everyOne, type Aws } from '../aws/aws';
import { findDeployment, type Deployment } from '../aws/deployment';
import { Problem } from '../aws/problem';
import { oneTunnel, type Known } from '../aws/tunnels';
import { checking, judged, type Check } from './check';

/** What the account says of edge-ramp. `deployment` undefined: nothing else can be looked at. */
export interface AccountChecks {
  readonly checks: readonly Check[];
  readonly deployment: Deployment | undefined;
}

/** Whether AWS can be asked, and edge-ramp is deployed there in this version. */
export async function checkAccount(aws: Aws): Promise<AccountChecks> {
  const access = checking('credentials and region', `ssm:GetParameter ${aws.names.deployment}`);
  const deployed = checking('deployment', 'what that parameter says');
  const version = checking('version', 'its contract and ours');
  try {
    const deployment = await findDeployment(aws);
    const { account, region, stateMachine } = deployment;
    return {
      deployment,
      checks: [
        access('pass', `account ${account}, region ${region}`),
        deployed('pass', stateMachine),
        version('pass', `both ${CONTRACT}`),
      ],
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const answered = access('pass', 'AWS answered');
    const { kind, message } = error;
    if (kind === 'not deployed') return { deployment: undefined, checks: [answered, deployed('fail', message)] };
    if (kind === 'version')
      return { deployment: undefined, checks: [answered, deployed('pass', 'found'), version('fail', message)] };
    return { deployment: undefined, checks: [access('fail', message)] };
  }
}

/** Whether the table answers, and nobody works on the tunnel. */
export async function checkTable(
  aws: Aws,
  deployment: Deployment,
  tunnel: string,
): Promise<{ readonly checks: readonly Check[]; readonly known: Known | undefined }> {
  const table = checking('table', 'dynamodb:GetItem');
  const lease = checking('lease', "the tunnel's item, its owner's execution");
  try {
    const known = await oneTunnel(aws, deployment, tunnel);
    const { owner = null, fence = 0 } = known?.memory ?? {};
    const alive = owner !== null && mayWork(known?.owner, fence, new Date());
    const free = owner === null ? 'free' : `${owner} died; the next run takes its lease over`;
    const held = `${owner} works on ${tunnel}: wait for its end`;
    return { known, checks: [table('pass', deployment.table), judged(lease, !alive, free, held)] };
  } catch (error) {
    return {
      known: undefined,
      checks: [table('fail', sentence(error)), lease('cannot know', 'the table did not answer')],
    };
  }
}

/** What SNS says of a topic that does not exist. */
const GONE = ['NotFound', 'NotFoundException'];

/** Whether anybody hears of failed runs. */
export async function checkNotices(aws: Aws, { notices }: Deployment): Promise<Check> {
  const say = checking('notices', 'sns:ListSubscriptionsByTopic');
  try {
    const pages = aws.sns.paginateListSubscriptionsByTopic({ TopicArn: notices });
    const subscriptions = await everyOne(pages, (page) => page.Subscriptions);
    const confirmed = subscriptions.filter(({ SubscriptionArn: arn = '' }) => arn.startsWith('arn:'));
    const waiting = subscriptions.length - confirmed.length;
    return judged(
      say,
      confirmed.length > 0,
      confirmed.map(({ Protocol: by, Endpoint: to }) => `${by} ${to}`).join(', '),
      `nobody is told of failed runs${waiting > 0 ? ` (${waiting} did not confirm yet)` : ''}: subscribe somebody to ${notices}, and confirm`,
    );
  } catch (error) {
    if (error instanceof Problem && GONE.includes(error.code ?? ''))
      return say('fail', `the topic ${notices} is gone: deploy again (npx cdk deploy)`);
    return say('cannot know', sentence(error));
  }
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
