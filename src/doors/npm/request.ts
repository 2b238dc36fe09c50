import type { FastifyRequest } from 'fastify';
import { isReadableName } from '../../formats/npm/index.ts';
import { notFound } from './shapes.ts';

export { readForm, readGzippedJson, readJson, readOptionalJson } from '../small-body.ts';

/** The package that a path names. What can be no package's name is simply not found. */
export function nameOf(request: FastifyRequest): string {
  const { name } = request.params as { name: string };
  if (!isReadableName(name)) throw notFound();
  return name;
}
