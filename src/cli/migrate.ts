import { withKontor, type Context } from './context.ts';

/** Brings the database's schema up to date, making it if there is none. */
export function migrate(context: Context): Promise<number> {
  return withKontor(
    context,
    async (kontor) => {
      const applied = await kontor.migrate();
      for (const name of applied) context.io.out(`applied ${name}\n`);
      if (applied.length === 0) context.io.out('the schema is up to date\n');
      return 0;
    },
    { create: true },
  );
}
