export {
  createRegistration,
  type Registration,
  type RegistrationMode,
  type RegistrationRequest,
} from './service.ts';
