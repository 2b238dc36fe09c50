import { request, Agent } from 'undici';

/** Downloads every URL once, so many at a time, and throws the bytes away. Bytes per second. */
export async function downloadAll(
  urls: readonly string[],
  atOnce: number,
): Promise<{ bytesPerSecond: number; errors: number }> {
  const agent = new Agent({ connections: atOnce });
  let next = 0;
  let bytes = 0;
  let errors = 0;
  const begun = performance.now();
  const downloader = async () => {
    for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
      const { statusCode, body } = await request(url, { dispatcher: agent });
      for await (const chunk of body) bytes += (chunk as Buffer).length;
      if (statusCode !== 200) errors += 1;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, downloader));
  const elapsed = (performance.now() - begun) / 1000;
  await agent.close();
  return { bytesPerSecond: bytes / elapsed, errors };
}
