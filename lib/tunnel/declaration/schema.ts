import type * as z from 'zod';

/*
 * What a schema says of itself, for messages: which keys there are, and what a field is for.
 */

type Schema = z.core.$ZodType;
type Path = readonly PropertyKey[];

/** The keys of the object at a path; none where there is no object. */
export function keysAt(schema: Schema, path: Path, document: unknown): readonly string[] {
  const at = schemaAt(schema, path, document);
  return at === undefined ? [] : Object.keys(fieldsOf(withoutWrappers(at, valueAt(document, path))));
}

export function descriptionAt(schema: Schema, path: Path, document: unknown): string | undefined {
  for (let at = schemaAt(schema, path, document); at !== undefined; at = wrapped(at)) {
    const { description } = at as z.ZodType;
    if (description !== undefined) return description;
  }
  return undefined;
}

/** The objects that have a key, as paths without the numbers of list items. */
export function placesOf(schema: Schema, key: string, document: unknown, path = ''): readonly string[] {
  const here = withoutWrappers(schema, document);
  const { def } = (here as z.core.$ZodTypes)._zod;
  if (def.type === 'array') return placesOf(def.element, key, undefined, path);
  const fields = fieldsOf(here);
  return [
    ...(path !== '' && Object.hasOwn(fields, key) ? [path] : []),
    ...Object.entries(fields).flatMap(([name, field]) =>
      placesOf(field, key, undefined, path === '' ? name : `${path}.${name}`),
    ),
  ];
}

/** The kind of document that has a key, as it says so itself (`kind: ramp`). */
export function kindWith(schema: Schema, key: string): string | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type !== 'union' || !('discriminator' in def)) return undefined;
  const kind = String(def.discriminator);
  const fields = def.options.map(fieldsOf).find((each) => Object.hasOwn(each, key));
  return fields && `${kind}: ${[...(fields[kind]?._zod.values ?? [])].join(', ')}`;
}

/** A key of the object that a schema is about, as an example. */
export function exampleKey(schema: object | undefined): string {
  const key = schema && Object.keys(fieldsOf(withoutWrappers(schema as Schema, undefined)))[0];
  return key ?? 'kind';
}

function schemaAt(schema: Schema, [first, ...rest]: Path, document: unknown): Schema | undefined {
  if (first === undefined) return schema;
  const here = withoutWrappers(schema, document);
  const { def } = (here as z.core.$ZodTypes)._zod;
  const inner = def.type === 'array' ? def.element : fieldsOf(here)[String(first)];
  return inner && schemaAt(inner, rest, valueAt(document, [first]));
}

/** The schema itself, without "or none", defaults and conversions; of several kinds of document that of the kind that this one says it is. */
function withoutWrappers(schema: Schema, document: unknown): Schema {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'union') {
    const key = 'discriminator' in def ? String(def.discriminator) : '';
    const kind = valueAt(document, [key]) as string;
    return def.options.find((option) => fieldsOf(option)[key]?._zod.values?.has(kind) === true) ?? schema;
  }
  const inner = wrapped(schema);
  return inner === undefined ? schema : withoutWrappers(inner, document);
}

function wrapped(schema: Schema): Schema | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'optional' || def.type === 'default') return def.innerType;
  return def.type === 'pipe' ? def.in : undefined;
}

function fieldsOf(schema: Schema): Readonly<Record<string, Schema>> {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  return def.type === 'object' ? def.shape : {};
}

export function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null && Object.hasOwn(value, key)
        ? (value as Record<PropertyKey, unknown>)[key]
        : undefined,
    document,
  );
}
