import { Fault } from '../kernel/index.ts';
import { verifyChain, type ChainHead } from '../ledger/index.ts';
import { withKontor, type Context } from './context.ts';
import { json, table } from './table.ts';

export interface AuditVerifyOptions {
  head?: string;
  json?: boolean;
}

/** Recomputes the chain of events; 0 if it is whole, 1 if not. */
export function auditVerify(context: Context, options: AuditVerifyOptions): Promise<number> {
  const known = options.head === undefined ? undefined : headFrom(options.head);
  return withKontor(context, async ({ store }) => {
    const report = await verifyChain(store.events, store.audit, known);
    const { events, dropped, unsealed, head, problems } = report;
    const whole = problems.length === 0;
    if (options.json) context.io.out(json({ whole, ...report }));
    else {
      context.io.out(
        table([
          ['events', `${events}, and ${unsealed} not yet sealed`],
          ['dropped', `${dropped} that are kept no longer`],
          ['head', `${head.seq}:${head.hash}`],
          ['problems', `${problems.length}`],
        ]),
      );
      for (const problem of problems) context.io.out(`- ${problem}\n`);
      context.io.out(whole ? 'the record is whole\n' : 'the record was TAMPERED WITH or is damaged\n');
    }
    return whole ? 0 : 1;
  });
}

function headFrom(text: string): ChainHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/.exec(text) ?? [];
  if (seq !== undefined && hash !== undefined) return { seq: Number(seq), hash };
  throw new Fault(
    'bad_request',
    '--head takes what an earlier audit verify printed: a number, a colon and a hash.',
  );
}
