import type { Kysely } from 'kysely';
import type { SecondFactorStore } from '../../../accounts/index.ts';
import type { Writer } from '../commands/index.ts';
import * as queries from '../queries/second-factors.ts';
import type { Schema } from '../schema/index.ts';

export function secondFactorsOn(db: Kysely<Schema>, writer: Writer): SecondFactorStore {
  return {
    standingOf: (userId) => queries.standingOf(db, userId),
    totpOf: (userId) => queries.totpOf(db, userId),
    enrolTotp: (totp) => writer.run('enrolTotp', totp),
    confirmTotp: (confirmation) => writer.run('confirmTotp', confirmation),
    useTotp: (use) => writer.run('useTotp', use),
    admitGuess: (guess) => writer.run('admitGuess', guess),
    useRecoveryCode: (use) => writer.run('useRecoveryCode', use),
    replaceRecoveryCodes: (change) => writer.run('replaceRecoveryCodes', change),
    setFactorMode: (change) => writer.run('setFactorMode', change),
    removeTotp: (removal) => writer.run('removeTotp', removal),
    removeFactors: (removal) => writer.run('removeFactors', removal),
    passkeysOf: (userId) => queries.passkeysOf(db, userId),
    addPasskey: (passkey) => writer.run('addPasskey', passkey),
    usePasskey: (use) => writer.run('usePasskey', use),
    renamePasskey: (change) => writer.run('renamePasskey', change),
    removePasskey: (removal) => writer.run('removePasskey', removal),
    startChallenge: (challenge) => writer.run('startChallenge', challenge),
    takeChallenge: (challenge) => writer.run('takeChallenge', challenge),
    startPrompt: (prompt) => writer.run('startPrompt', prompt),
    openPrompt: (pageHash, now) => queries.openPrompt(db, pageHash, now),
    passPrompt: (pass) => writer.run('passPrompt', pass),
    promptState: (doneHash, now) => queries.promptState(db, doneHash, now),
    redeemPrompt: (redemption) => writer.run('redeemPrompt', redemption),
    usePass: (use) => writer.run('usePass', use),
  };
}
