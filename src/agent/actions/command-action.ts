// The action that runs a command of the configuration: an executable without a shell, in a process group of its own, with the alert in its environment.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Alert } from '../../core/alert-types.js';
import { COMMAND_ALERT_BYTES_MAX, COMMAND_GRACE_MS, COMMAND_OUTPUT_BYTES_MAX } from '../../core/limits.js';
import { durationWords } from '../../diagnose/rules/durations.js';
import type { Action } from './action.js';
import type { CommandConfig } from './command-config.js';

/** Characters of a command's last words in its result. */
const LAST_LINE_CHARS_MAX = 200;
/** How long the pipes of a command that has ended are read, ms: what it wrote is in them already. */
const PIPES_MS_MAX = 200;

export interface CommandSources {
  /** Monotonic, ms. */
  monotonicMs(): number;
  /** The environment that commands inherit; the process's by default. */
  env?: NodeJS.ProcessEnv;
}

/**
 * `exit code 0 in 1.2 s`; with another code, or a signal, the last line of its output follows. At the time-out its whole process group gets SIGTERM, and
 * SIGKILL after a second of grace. What it leaves running in the background after its end goes on; the end of the application does not end it.
 */
export function commandAction(name: string, { run, timeoutMs }: CommandConfig, { monotonicMs, env = process.env }: CommandSources): Action {
  return {
    label: `command ${name}`,
    atResolve: true,
    pace: 'heavy',
    // The time-out is kept here, where the command can be ended.
    timeoutMs: timeoutMs + 2 * COMMAND_GRACE_MS,
    run: (alert, signal) => runCommand(run, timeoutMs, commandEnv(env, alert), monotonicMs, signal),
  };
}

function runCommand(
  [file, ...args]: CommandConfig['run'],
  timeoutMs: number,
  env: NodeJS.ProcessEnv,
  monotonicMs: () => number,
  signal: AbortSignal,
): Promise<string> {
  const startMs = monotonicMs();
  // detached: a group of its own, which can be ended as a whole.
  const child = spawn(file, args, { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  const output = new Output();
  child.stdout.on('data', (bytes: Buffer) => output.add(bytes));
  child.stderr.on('data', (bytes: Buffer) => output.add(bytes));
  let isLate = false;
  let grace: NodeJS.Timeout | undefined;
  const end = (): void => {
    if (isLate) return;
    isLate = true;
    killGroup(child, 'SIGTERM');
    grace = setTimeout(() => killGroup(child, 'SIGKILL'), COMMAND_GRACE_MS);
  };
  const timer = setTimeout(end, timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  return new Promise((resolve) => {
    const settle = (result: string): void => {
      clearTimeout(timer);
      // What is left of its pipes belongs to processes that it has left behind.
      child.stdout.destroy();
      child.stderr.destroy();
      resolve(result);
    };
    child.once('error', (error) => settle(`failed: ${error.message}`));
    child.once('exit', (code, signalName) => {
      const took = durationWords(monotonicMs() - startMs);
      const how = code === null ? `ended by ${signalName}` : `exit code ${code}`;
      if (isLate) {
        // Members of the group that did not go with it.
        clearTimeout(grace);
        killGroup(child, 'SIGKILL');
      }
      const tell = (): void =>
        settle(
          isLate
            ? `timed out after ${durationWords(timeoutMs)}, ${how}${output.lastWords()}`
            : `${how} in ${took}${code === 0 ? '' : output.lastWords()}`,
        );
      // 'close' comes when its pipes are read to the end, or never, where somebody has inherited them.
      child.once('close', tell);
      setTimeout(tell, PIPES_MS_MAX);
    });
  });
}

function killGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // Nobody is left in it.
  }
}

/** The end of what a command wrote. */
class Output {
  private bytes = Buffer.alloc(0);

  add(bytes: Buffer): void {
    this.bytes = Buffer.concat([this.bytes, bytes.subarray(-COMMAND_OUTPUT_BYTES_MAX)]).subarray(-COMMAND_OUTPUT_BYTES_MAX);
  }

  /** The last line that is not empty, on one line, without control characters. */
  lastWords(): string {
    const line = this.bytes.toString('utf8').trimEnd().split('\n').at(-1) ?? '';
    const text = line.replace(/\p{Cc}+/gu, ' ').trim();
    return text === '' ? '' : `: ${text.slice(0, LAST_LINE_CHARS_MAX)}`;
  }
}

/** PITOT_ENABLED=0: a command that is a Node.js program inherits NODE_OPTIONS, and is not to be measured as the application. */
function commandEnv(env: NodeJS.ProcessEnv, alert: Alert): NodeJS.ProcessEnv {
  return {
    ...env,
    PITOT_ENABLED: '0',
    PITOT_ALERT: alertJson(alert),
    PITOT_ALERT_RULE: alert.rule.replaceAll('\0', ''),
    PITOT_ALERT_STATE: alert.state,
    PITOT_ALERT_SEVERITY: alert.severity,
  };
}

/** What is longest and least needed goes first. */
function alertJson(alert: Alert): string {
  const shorter: Alert[] = [
    alert,
    { ...alert, evidence: [] },
    { ...alert, evidence: [], runbook: '' },
    { ...alert, evidence: [], runbook: '', actions: [] },
  ];
  const texts = shorter.map((each) => JSON.stringify(each));
  return (
    texts.find((text) => Buffer.byteLength(text) <= COMMAND_ALERT_BYTES_MAX) ?? JSON.stringify({ id: alert.id, rule: alert.rule, state: alert.state })
  );
}
