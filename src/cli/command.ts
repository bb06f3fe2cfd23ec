// What a command of `pitot` is, and the exit codes scripts rely on.

export const EXIT_DONE = 0;
/** Findings, where a command is asked to judge. */
export const EXIT_FINDINGS = 1;
export const EXIT_USAGE = 2;
/** EX_CONFIG of sysexits.h. */
export const EXIT_CONFIG = 78;

/** What a command may touch of the outside, so that a test can stand in for it. */
export interface CliIo {
  env: Readonly<Record<string, string | undefined>>;
  /** Results: standard output. */
  out(text: string): void;
  /** Errors and notes: standard error. */
  err(text: string): void;
  /** Characters a line of standard output. */
  width: number;
  /** Whether standard error is a terminal, where a line may be written over. */
  errIsTerminal: boolean;
  /** Whether standard output takes ANSI colours. */
  colour: boolean;
}

export interface Command {
  /** Printed by --help; ends with a line break. */
  help: string;
  /** Resolves to the exit code. Throws PitotError for bad usage, input or configuration. */
  run(args: readonly string[], io: CliIo): Promise<number>;
}
