export type { Door, Place, Repeatable } from './context.ts';
export { faultFrom, faultOf, noteFault, sayWhenToRetry } from './faults.ts';
export type { FileLook, StoredFile } from './file-look.ts';
export { PASSKEY_SCRIPT, passkeyForm } from './factor-form.ts';
export { isForm, readForm, type Form, type FormFile, type FormOptions } from './multipart.ts';
export { escape, isFromOurPage, notice, page, sendPage } from './page.ts';
export { assertShown, readResponse, sendFactorForm } from './show-factor.ts';
export { ArtifactSender, type ArtifactSenderParts, type AskedArtifact } from './send-artifact.ts';
export { FileSender, type FileUse } from './send-file.ts';
