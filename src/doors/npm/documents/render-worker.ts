import { serveJobs } from '../../../kernel/index.ts';
import { render } from './render.ts';

serveJobs(render);
