/*
 * What pairs and nodes reached by oc need, in JSON Schema: the rules of ramp-pair-rules.ts, bigip-pair-rules.ts and reach-rules.ts that a schema can
 * say. Editors show them while
 * somebody types; validate says why.
 */

const given = (...path: readonly string[]): object => at(path.slice(0, -1), { required: path.slice(-1) });
const absent = (...path: readonly string[]): object => ({ not: given(...path) });
const single = (list: readonly string[]): object => at(list, { minItems: 1, maxItems: 1 });
const several = (list: readonly string[]): object => at(list, { minItems: 2 });

/** A condition on the object, or the value, at a path. It holds only where that is there. */
function at(path: readonly string[], condition: object): object {
  return path.reduceRight<object>((inner, key) => ({ properties: { [key]: inner }, required: [key] }), condition);
}

/** Where the condition holds, all of these do. */
const rule = (condition: object, ...consequences: readonly object[]) => ({
  anyOf: [{ not: condition }, { allOf: consequences }],
});

const eachItem = (list: readonly string[], condition: object): object => at(list, { items: condition });

const BY_OC = at(['reach'], { const: 'oc' });

/** For the schema of a tunnel to ramp nodes. */
export const PAIRS = {
  allOf: [
    rule(
      several(['ramp', 'nodes']),
      given('ramp', 'vip'),
      at(['ramp', 'network'], { const: 'l2' }),
      { not: at(['ramp', 'schedulable'], { const: false }) },
      given('cluster'),
      given('ipfailover'),
    ),
    rule(single(['ramp', 'nodes']), absent('ramp', 'vip'), absent('ipfailover')),
    rule(at(['ramp', 'schedulable'], { const: false }), given('cluster')),
    rule(given('cluster'), eachItem(['ramp', 'nodes'], { required: ['node'] })),
    rule(
      several(['bigip']),
      at(['bigipPair', 'network'], { const: 'l2' }),
      eachItem(['bigip'], { required: ['inner'] }),
    ),
    rule(
      single(['bigip']),
      absent('bigipPair'),
      absent('objects', 'unitSelf'),
      eachItem(['bigip'], { not: { required: ['inner'] } }),
    ),
    eachItem(['ramp', 'nodes'], {
      anyOf: [
        { not: BY_OC, required: ['instance'] },
        { ...BY_OC, required: ['reach', 'node'], not: { required: ['instance'] } },
      ],
    }),
    rule(at(['ramp', 'nodes'], { contains: BY_OC }), given('cluster'), single(['ramp', 'nodes'])),
  ],
};
