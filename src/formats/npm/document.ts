import { Fault } from '../../kernel/index.ts';
import { checkShape, isObject, own, type JsonObject } from './json.ts';
import { checkNewName } from './names.ts';
import { checkTag, readVersion, type Version } from './versions.ts';

/** A publish document whose parts agree with each other and with the URL. */
export interface PublishDocument extends Version {
  name: string;
  tags: string[];
  manifest: JsonObject;
  /** As the client sent it, whole. */
  readme: string | undefined;
}

/**
 * Reads what `PUT /<name>` carries besides the archive. Clients differ only in extras, so every rule here holds for all
 * of them. Rejects with Faults `name_invalid`, `version_invalid`, `tag_invalid`, `manifest_invalid`.
 */
export function readDocument(document: unknown, urlName: string): PublishDocument {
  checkNewName(urlName);
  if (!isObject(document)) throw new Fault('manifest_invalid', 'The publish document must be a JSON object.');
  expectText(document, 'name', urlName, 'the publish document');
  if (own(document, '_id') !== undefined) expectText(document, '_id', urlName, 'the publish document');

  const [key, manifest] = onlyVersion(document);
  const version = readVersion(key);
  checkShape(manifest);
  expectText(manifest, 'name', urlName, 'the manifest');
  expectText(manifest, 'version', key, 'the manifest');
  if (own(manifest, '_id') !== undefined) expectText(manifest, '_id', `${urlName}@${key}`, 'the manifest');

  const readme = [own(manifest, 'readme'), own(document, 'readme')].find((text) => typeof text === 'string');
  return { ...version, name: urlName, tags: readTags(document, key), manifest, readme };
}

function onlyVersion(document: JsonObject): [string, JsonObject] {
  const versions = own(document, 'versions');
  const entries = isObject(versions) ? Object.entries(versions) : [];
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) {
    throw new Fault(
      'manifest_invalid',
      `A publish document holds exactly one version in "versions", and this one holds ${entries.length}.`,
    );
  }
  const [key, manifest] = entry;
  if (!isObject(manifest)) {
    throw new Fault(
      'manifest_invalid',
      'The manifest in "versions" of the publish document must be an object.',
    );
  }
  return [key, manifest];
}

function readTags(document: JsonObject, version: string): string[] {
  const tags = own(document, 'dist-tags');
  const entries = isObject(tags) ? Object.entries(tags) : [];
  if (entries.length === 0) {
    throw new Fault(
      'tag_invalid',
      'The publish document has no tag in "dist-tags"; npm sends "latest" by default.',
    );
  }
  for (const [tag, target] of entries) {
    checkTag(tag);
    if (target !== version) {
      throw new Fault(
        'tag_invalid',
        `The tag "${tag}" must point to the version that is published, ${version}.`,
      );
    }
  }
  return entries.map(([tag]) => tag);
}

function expectText(object: JsonObject, field: string, expected: string, where: string): void {
  const found = own(object, field);
  if (found === expected) return;
  const shown = typeof found === 'string' ? JSON.stringify(found.slice(0, 250)) : 'no text';
  throw new Fault('manifest_invalid', `"${field}" of ${where} is ${shown}, and "${expected}" is published.`);
}
