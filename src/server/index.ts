export { describeConfig, loadConfig, type Config } from './config/index.ts';
export { openKontor, type Kontor } from './kontor.ts';
export { sendTestMail } from './mail.ts';
export { serve, type RunningServer } from './serve.ts';
export { askWhy, type WhyQuestion } from './why.ts';
export { kontorVersion } from './version.ts';
