export type { Contact, Contacts } from './contacts.ts';
export { noMessenger, type Message, type Messenger } from './messenger.ts';
