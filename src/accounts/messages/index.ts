export { noMessenger, type Message, type Messenger } from './messenger.ts';
