import { Fault, isFault, type ErrorCode } from '../errors.ts';

/** An error as it crosses from one thread to another: a Fault keeps its code, anything else its message and stack. */
export interface WireError {
  code: ErrorCode | null;
  message: string;
  stack: string | undefined;
}

export function errorToWire(error: unknown): WireError {
  if (isFault(error)) return { code: error.code, message: error.message, stack: error.stack };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { code: null, message, stack };
}

export function errorFromWire({ code, message, stack }: WireError): Error {
  const error = code === null ? new Error(message) : new Fault(code, message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
