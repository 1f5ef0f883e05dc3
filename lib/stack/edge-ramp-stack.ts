import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { StringParameter } from 'aws-cdk-lib/aws-ssm';
import type { Construct } from 'constructs';
import { CONTRACT } from '../tunnel/run/outcome';
import { CommandDocuments } from './command-documents';
import { deadLetterQueue } from './dead-letters';
import { DeclaredTunnels, type DeclaredTunnelsProps } from './declared-tunnels';
import { Monitoring } from './monitoring/monitoring';
import { namesOf } from './names';
import { NodePolicies } from './node-policies';
import { noticesTopic } from './notices';
import { EdgeRampMachine } from './state-machine';
import { StepHandlers } from './step-handlers';
import { Triggers } from './triggers';
import { tunnelTable } from './tunnel-table';
import { watchFunction } from './watch';

export interface EdgeRampStackProps extends StackProps, DeclaredTunnelsProps {}

/** One deployment of edge-ramp. */
export class EdgeRampStack extends Stack {
  constructor(scope: Construct, id: string, props: EdgeRampStackProps) {
    super(scope, id, { description: 'edge-ramp: tunnels between BIG-IP and the Pods of OpenShift clusters', ...props });

    new DeclaredTunnels(this, 'DeclaredTunnels', { tunnels: props.tunnels });
    const documents = new CommandDocuments(this, 'Documents');
    const table = tunnelTable(this);
    const handlers = new StepHandlers(this, 'Steps', documents, table);
    const notices = noticesTopic(this);
    const { machine } = new EdgeRampMachine(this, 'StateMachine', { handlers, table, notices });
    const deadLetters = deadLetterQueue(this);
    const watch = watchFunction(this, { tunnels: props.tunnels.length, machine, table, documents, notices });
    const { react } = new Triggers(this, 'Triggers', { machine, watch, deadLetters });
    const { dashboardName } = new Monitoring(this, 'Monitoring', {
      machine,
      table,
      deadLetters,
      notices,
      react: react.function,
      watch: watch.function,
    });
    new NodePolicies(this, 'Offered', { tunnels: props.tunnels });

    new StringParameter(this, 'Deployment', {
      parameterName: namesOf(this).deployment,
      description: 'What the command line needs to know of this deployment',
      stringValue: this.toJsonString({
        contract: CONTRACT,
        stateMachine: machine.stateMachineArn,
        table: table.tableName,
        notices: notices.topicArn,
      }),
    });
    new CfnOutput(this, 'StateMachineArn', { value: machine.stateMachineArn, description: 'What an operator starts' });
    new CfnOutput(this, 'NoticesTopicArn', {
      value: notices.topicArn,
      description: 'Subscribe whoever should be told',
    });
    new CfnOutput(this, 'DashboardName', { value: dashboardName, description: 'How the tunnels fare' });
    new CfnOutput(this, 'TableName', { value: table.tableName, description: 'Leases, records and last results' });
  }
}
