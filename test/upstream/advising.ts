import type { IncomingMessage, ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { Script } from './scripted-upstream.ts';

export interface Finding {
  id: number;
  url: string;
  title: string;
  severity: string;
  vulnerable_versions: string;
  cwe?: string[];
  cvss?: { score: number; vectorString: string | null };
}

/** What an npm registry knows besides packages. */
export interface Knowledge {
  findings?: Record<string, Finding[]>;
  keys?: object[];
  /** By `name@version`. */
  attestations?: Record<string, object[]>;
}

export interface Advising {
  /** Answers audits, and asks for keys and attestations; anything else is left to `rest`. */
  script: Script;
  /** What audits have asked for, in order. */
  asked: Record<string, string[]>[];
}

/** A finding about versions of a package, as npm's registry words it. */
export function finding(id: number, ghsa: string, versions: string, severity = 'high'): Finding {
  const url = `https://github.com/advisories/${ghsa}`;
  const title = `Something in ${versions}`;
  return { id, url, title, severity, vulnerable_versions: versions, cwe: ['CWE-20'] };
}

const json = (response: ServerResponse, value: unknown) =>
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));

export function advising({ findings = {}, keys, attestations = {} }: Knowledge, rest: Script): Advising {
  const asked: Advising['asked'] = [];
  const audit = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks = await request.toArray();
    const bytes = Buffer.concat(chunks as Buffer[]);
    const text = request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes;
    const wanted = JSON.parse(text.toString('utf8')) as Record<string, string[]>;
    asked.push(wanted);
    json(
      response,
      Object.fromEntries(
        Object.keys(wanted).flatMap((name) => (findings[name] ? [[name, findings[name]]] : [])),
      ),
    );
  };
  const script: Script = (request, response) => {
    const path = decodeURIComponent(request.url ?? '');
    const spec = /^\/-\/npm\/v1\/attestations\/(.+)$/.exec(path)?.[1];
    const found = spec === undefined ? undefined : attestations[spec];
    if (request.method === 'POST' && path === '/-/npm/v1/security/advisories/bulk') {
      void audit(request, response);
    } else if (path === '/-/npm/v1/keys' && keys) json(response, { keys });
    else if (found) json(response, { attestations: found });
    else rest(request, response);
  };
  return { script, asked };
}
