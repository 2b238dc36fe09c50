import { grantOn, serviceNames, type Machine, type SignedIn } from '../accounts/index.ts';
import type { Owner, RegistryRow } from '../registry/index.ts';

/** npm prints both, so a user without an address gets an empty one. */
export function maintainerShape({ name, email }: Pick<Owner, 'name' | 'email'>): {
  name: string;
  email: string;
} {
  return { name, email: email ?? '' };
}

/** `_npmUser` of a version, which says who published it. */
export type PublisherShape = ReturnType<typeof maintainerShape> & {
  /** As npmjs has it: pnpm's `trustPolicy` looks for it. */
  trustedPublisher?: { id: string; oidcConfigId: string };
};

export function publisherShape(
  sender: SignedIn | Machine,
  registry: RegistryRow,
  packageName: string,
): PublisherShape {
  if (sender.kind === 'user') return maintainerShape(sender.user);
  const grant = grantOn(sender, registry.id, packageName);
  const type = grant?.type ?? 'oidc';
  return {
    name: serviceNames[type],
    email: '',
    trustedPublisher: { id: type, oidcConfigId: `oidc:${grant?.trustId ?? ''}` },
  };
}
