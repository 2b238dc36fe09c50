export {
  chooseConfig,
  describeConfig,
  isLoopback,
  isSettingName,
  loadConfig,
  settingNames,
  showDatabase,
  type Config,
  type Given,
  type SettingName,
} from './config/index.ts';
export { embedKontor, type EmbeddedKontor } from './embed.ts';
export { loggerTo } from './logger.ts';
export { openKontor, type Kontor } from './kontor.ts';
export { sendTestMail } from './mail.ts';
export { serve, type RunningServer } from './serve.ts';
export { askWhy, type WhyQuestion } from './why.ts';
export { kontorVersion } from './version.ts';
