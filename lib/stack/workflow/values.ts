import { DynamoAttributeValue } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { jsonata } from './expressions';

/** A text or number as DynamoDB takes it, from a bare expression. */
export const textValue = (expression: string) => DynamoAttributeValue.fromString(jsonata(expression));
export const numberValue = (expression: string) => DynamoAttributeValue.numberFromString(jsonata(expression));
