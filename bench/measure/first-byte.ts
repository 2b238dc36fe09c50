import { request, type Agent } from 'undici';

/** Milliseconds from the request to the first byte of the body, and to its end. */
export interface Arrival {
  first: number;
  whole: number;
  bytes: number;
}

/** Downloads a file; rejects unless the answer is 200. */
export async function arrival(url: string, agent: Agent): Promise<Arrival> {
  const begun = performance.now();
  const { statusCode, body } = await request(url, { dispatcher: agent });
  let first: number | undefined;
  let bytes = 0;
  for await (const chunk of body) {
    first ??= performance.now() - begun;
    bytes += (chunk as Buffer).length;
  }
  if (statusCode !== 200) throw new Error(`${url} answered ${statusCode}.`);
  return { first: first ?? Number.NaN, whole: performance.now() - begun, bytes };
}
