import type { FastifySchemaCompiler, FastifySchema } from 'fastify';
import type { FastifySerializerCompiler } from 'fastify/types/schema.js';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { Value } from 'typebox/value';
import { Fault } from '../../kernel/index.ts';

/** Schemas are compiled when they are first needed: a server's start does not wait for routes that nobody calls. */
function lazily(schema: TSchema): () => Validator {
  let compiled: Validator | undefined;
  return () => (compiled ??= Compile(schema) as Validator);
}

/**
 * Bodies are taken to the letter; what stands in a URL is text and is read as the type that the schema names. Fault
 * `bad_request` with the place and what is expected there.
 */
export const compileValidator: FastifySchemaCompiler<FastifySchema> = ({ schema, httpPart }) => {
  const validator = lazily(schema);
  return (data: unknown) => {
    const value: unknown = httpPart === 'body' ? data : Value.Convert(schema as TSchema, data);
    if (validator().Check(value)) return { value };
    const [first] = validator().Errors(value);
    const where = `${httpPart ?? 'request'}${first?.instancePath ?? ''}`;
    return {
      error: new Fault('bad_request', `${where}: ${first?.message ?? 'is not what this route takes'}.`),
    };
  };
};

/** What the schema does not name stays here: a field that is added to a row must not reach clients by itself. */
export const compileSerializer: FastifySerializerCompiler<FastifySchema> = ({ schema }) => {
  return (data: unknown) => JSON.stringify(Value.Clean(schema as TSchema, data));
};
