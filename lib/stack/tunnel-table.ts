import { RemovalPolicy } from 'aws-cdk-lib';
import { AttributeType, BillingMode, Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Construct } from 'constructs';

/**
 * The table that holds one item a tunnel: its lease, its records and the result of its last run. A pair of BIG-IPs has an item, too: the run
 * that works on it (ADR 0028).
 *
 * The records say how to put devices back, and nothing else does: so the table outlives the stack, and every second of
 * it can be recovered, and nobody deletes it in passing. `Table` and not `TableV2`: emulators know only the former.
 */
export function tunnelTable(scope: Construct): Table {
  return new Table(scope, 'Tunnels', {
    partitionKey: { name: 'tunnel', type: AttributeType.STRING },
    billingMode: BillingMode.PAY_PER_REQUEST,
    removalPolicy: RemovalPolicy.RETAIN,
    deletionProtection: true,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
  });
}
