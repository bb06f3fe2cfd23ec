// Adds to package-lock.json the optional packages of other platforms that npm left out: run it after `npm install` when `npm ci` says "Missing: … from lock file".
// npm drops an optional package from the lock when the registry in use does not serve it (a mirror that carries one platform), and then its own `npm ci` refuses the lock.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'wasm32', 'x64'];

const path = fileURLToPath(new URL('../package-lock.json', import.meta.url));
const lock = JSON.parse(readFileSync(path, 'utf8'));
const added = [];

for (const [parent, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (isLocked(parent, name)) continue;
    if (!/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version)) throw new Error(`${name}@${version}, wanted by ${parent}: not one version, lock it by hand`);
    lock.packages[`node_modules/${name}`] = { version, ...platformOf(name), ...(dev ? { dev } : {}), optional: true };
    added.push(`${name}@${version}`);
  }
}

const { '': project, ...packages } = lock.packages;
lock.packages = { '': project, ...Object.fromEntries(Object.entries(packages).sort(([a], [b]) => a.localeCompare(b, 'en'))) };
writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
process.stdout.write(`${added.length} added${added.map((one) => `\n  ${one}`).join('')}\n`);

/** As Node resolves: among the parent's own packages, else in any folder above. */
function isLocked(parent, name) {
  for (let folder = parent; folder !== ''; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
    if (lock.packages[`${folder}/node_modules/${name}`]) return true;
  }
  return lock.packages[`node_modules/${name}`] !== undefined;
}

/** The platform that a binary package's name ends in: `binding-linux-x64-musl`, `canvas-linux-arm-gnueabihf`. */
function platformOf(name) {
  const words = name.split('/').at(-1).split('-');
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  if (processor === undefined || (system === undefined && processor !== 'wasm32'))
    throw new Error(`${name}: no platform in its name, lock it by hand`);
  const libc = words.includes('musl') ? ['musl'] : words.some((word) => word.startsWith('gnu')) ? ['glibc'] : undefined;
  return { ...(libc && system === 'linux' ? { libc } : {}), cpu: [processor], ...(system ? { os: [system] } : {}) };
}
