import { onlyMembers, ServiceError, type Operations } from '../endpoint';
import { page } from '../pages';
import { ACCOUNT, REGION } from '../template';

const PAGING = { max: 'MaxResults', token: 'NextToken', usual: 10, most: 10, badToken: 'InvalidNextToken' };

/** SSM's parameter store. @param values the values by name, as they are deployed now */
export function parameterStore(values: () => ReadonlyMap<string, string>): Operations {
  const found = (name: string): object[] => {
    const value = values().get(name);
    if (value === undefined) return [];
    const arn = `arn:aws:ssm:${REGION}:${ACCOUNT}:parameter${name.startsWith('/') ? '' : '/'}${name}`;
    return [{ Name: name, Type: 'String', Value: value, Version: 1, ARN: arn, DataType: 'text' }];
  };
  return {
    'AmazonSSM.GetParameter': (input) => {
      onlyMembers('GetParameter', input, ['Name', 'WithDecryption']);
      const [parameter] = found(String(input.Name));
      if (!parameter) throw new ServiceError('ParameterNotFound', `There is no parameter ${String(input.Name)}.`);
      return { Parameter: parameter };
    },
    'AmazonSSM.GetParameters': (input) => {
      onlyMembers('GetParameters', input, ['Names', 'WithDecryption']);
      const names = (input.Names ?? []) as readonly string[];
      if (names.length < 1 || names.length > 10)
        throw new ServiceError('ValidationException', 'Names has from 1 to 10 names.');
      return {
        Parameters: names.flatMap(found),
        InvalidParameters: names.filter((name) => !values().has(name)),
      };
    },
    'AmazonSSM.GetParametersByPath': (input) => {
      onlyMembers('GetParametersByPath', input, ['Path', 'Recursive', 'WithDecryption', 'MaxResults', 'NextToken']);
      const path = String(input.Path).replace(/\/?$/, '/');
      if (!path.startsWith('/')) throw new ServiceError('ValidationException', 'Path begins with a slash.');
      const below = [...values().keys()].filter((name) => name.startsWith(path));
      const names = below.filter((name) => input.Recursive === true || !name.slice(path.length).includes('/'));
      const { items, rest } = page(names.sort(), input, PAGING);
      return { Parameters: items.flatMap(found), ...rest };
    },
  };
}
