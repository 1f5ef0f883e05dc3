import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { StatesError } from './asl/error';
import type { Integration, Integrations } from './asl/load';
import { ServiceError } from './endpoint';
import type { Executions } from './executions';
import type { Functions } from './lambda';
import type { Instances } from './ssm/instances';
import type { Tables } from './table';

/**
 * What the state machine can call, with arguments, results and error names as Step Functions has them.
 * @param notices the file that gets what is published to a topic, a line each
 */
export function integrations(
  functions: () => Functions,
  tables: Tables,
  executions: Executions,
  instances: Instances,
  notices: string,
): Integrations {
  return {
    'lambda:invoke': {
      arguments: ['FunctionName', 'Payload'],
      run: async ({ FunctionName: name, Payload: payload = {} }) => ({
        ExecutedVersion: '$LATEST',
        Payload: await functions().invoke(String(name), payload),
        StatusCode: 200,
      }),
    },
    'dynamodb:getItem': dynamo(tables, 'GetItem', [
      'ConsistentRead',
      'ExpressionAttributeNames',
      'ProjectionExpression',
    ]),
    'dynamodb:updateItem': dynamo(tables, 'UpdateItem', [
      'UpdateExpression',
      'ConditionExpression',
      'ExpressionAttributeNames',
      'ExpressionAttributeValues',
      'ReturnValues',
    ]),
    'sns:publish': {
      arguments: ['TopicArn', 'Subject', 'Message'],
      run: async (message) => {
        appendFileSync(notices, `${JSON.stringify(message)}\n`);
        return { MessageId: randomUUID() };
      },
    },
    'aws-sdk:sfn:describeExecution': {
      arguments: ['ExecutionArn'],
      run: async ({ ExecutionArn: arn }) => {
        const record = executions.find(String(arn));
        if (!record)
          throw new StatesError(
            'Sfn.ExecutionDoesNotExistException',
            `Execution Does Not Exist: '${String(arn)}' (Service: Sfn, Status Code: 400)`,
          );
        return record;
      },
    },
    'aws-sdk:ssm:describeInstanceInformation': {
      arguments: ['Filters', 'MaxResults', 'NextToken'],
      run: async (args) => {
        try {
          const { InstanceInformationList: list, ...rest } = instances.describe(args);
          return { InstanceInformationList: list.map(withTextDate), ...rest };
        } catch (error) {
          if (!(error instanceof ServiceError)) throw error;
          const name = error.type.replace(/(Exception)?$/, 'Exception');
          throw new StatesError(`Ssm.${name}`, `${error.message} (Service: Ssm, Status Code: 400)`);
        }
      },
    },
  };
}

/** SDK integrations give dates as ISO text. */
const withTextDate = <T extends { readonly LastPingDateTime: number }>(each: T) => ({
  ...each,
  LastPingDateTime: new Date(each.LastPingDateTime * 1000).toISOString(),
});

/** The optimised integration of DynamoDB: what it has no error name for becomes AmazonDynamoDBException. */
function dynamo(tables: Tables, operation: string, members: readonly string[]): Integration {
  return {
    arguments: ['TableName', 'Key', ...members],
    run: async (args) => {
      try {
        return await tables.call(operation, args);
      } catch (error) {
        if (!(error instanceof ServiceError)) throw error;
        const name = error.type === 'ValidationException' ? 'AmazonDynamoDBException' : error.type;
        throw new StatesError(
          `DynamoDB.${name}`,
          `${error.message} (Service: AmazonDynamoDBv2; Status Code: 400; Error Code: ${error.type})`,
        );
      }
    },
  };
}
