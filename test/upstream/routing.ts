import type { Script } from './scripted-upstream.ts';

/** One script for what `matches` the path, another for the rest. */
export function split(matches: string | RegExp, script: Script, rest: Script): Script {
  return (request, response) => {
    const path = request.url ?? '';
    const hit = typeof matches === 'string' ? path === matches : matches.test(path);
    (hit ? script : rest)(request, response);
  };
}

/** One script for tarballs, another for the rest. */
export function tarballs(script: Script, rest: Script): Script {
  return split(/\.tgz(\?|$)/, script, rest);
}

/** The first `count` requests, then another script. */
export function first(count: number, script: Script, then: Script): Script {
  let left = count;
  return (request, response) => {
    (left-- > 0 ? script : then)(request, response);
  };
}

/** Answers below a base path only, as a registry at `https://host/repo/npm/` does; elsewhere 404. */
export function below(base: string, script: Script): Script {
  const folder = base.endsWith('/') ? base : `${base}/`;
  return (request, response) => {
    const path = request.url ?? '/';
    if (path.startsWith(folder)) {
      request.url = path.slice(folder.length - 1);
      script(request, response);
    } else response.writeHead(404).end();
  };
}

/** Answers only whoever has these credentials, others with 401. */
export function guarded(authorization: string, script: Script): Script {
  return (request, response) => {
    if (request.headers.authorization === authorization) script(request, response);
    else response.writeHead(401).end('{"error":"who are you?"}');
  };
}
