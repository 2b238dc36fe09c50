/**
 * By which addresses are compared: every provider of note ignores case. Lower case maps fewer letters onto one another than upper
 * case. What is sent goes to the address as it is stored, so that two that look alike are never confused.
 */
export function emailKey(email: string): string {
  return email.normalize('NFC').toLowerCase();
}
