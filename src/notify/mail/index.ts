export { renderLetter, type Letter } from './letter.ts';
export { MailMessenger } from './messenger.ts';
export { noteNotices, sendNotices, type NoticeOptions } from './notices.ts';
export { LetterRefused, openPost, type MailServer, type Post } from './post.ts';
