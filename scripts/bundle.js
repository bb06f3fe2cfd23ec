// Bundles what ships into dist/, as rolldown.config.js says; quiet but for warnings and errors.
import { build } from 'rolldown';
import config from '../rolldown.config.js';

for (const each of config) await build({ ...each, logLevel: 'warn' });
