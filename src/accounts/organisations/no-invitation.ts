import { Fault } from '../../kernel/light/index.ts';

export function noInvitation(): Fault {
  return new Fault('not_found', 'There is no such invitation for you (any more): ask for a new one.');
}
