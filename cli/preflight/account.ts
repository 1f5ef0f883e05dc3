import { mayWork } from '../../lib/tunnel/run/automation';
import { CONTRACT } from '../../lib/tunnel/run/outcome';
import { everyOne, type Aws } from '../aws/aws';
import { findDeployment, type Deployment } from '../aws/deployment';
import { Problem } from '../aws/problem';
import { oneTunnel } from '../aws/tunnels';
import { messageOf } from '../surroundings';
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
  const ended = (...checks: readonly Check[]): AccountChecks => ({ deployment: undefined, checks });
  try {
    const deployment = await findDeployment(aws);
    const { account, region, stateMachine } = deployment;
    const passed = [deployed('pass', stateMachine), version('pass', `both ${CONTRACT}`)];
    return { deployment, checks: [access('pass', `account ${account}, region ${region}`), ...passed] };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { kind, message } = error;
    const answered = access('pass', 'AWS answered');
    if (kind === 'not deployed') return ended(answered, deployed('fail', message));
    if (kind === 'version') return ended(answered, deployed('pass', 'found'), version('fail', message));
    return ended(access('fail', message));
  }
}

/** Whether the table answers, and nobody works on the tunnel. */
export async function checkTable(aws: Aws, deployment: Deployment, tunnel: string) {
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
    const checks = [table('fail', messageOf(error)), lease('cannot know', 'the table did not answer')];
    return { known: undefined, checks };
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
    return say('cannot know', messageOf(error));
  }
}
