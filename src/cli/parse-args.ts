// node:util.parseArgs, with its errors turned into usage errors of ours.
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { nearestName } from '../config/nearest-name.js';
import { PitotError, show } from '../core/errors.js';
import type { CliIo, Command } from './command.js';

/**
 * Parses options and positionals; nothing unknown passes.
 * @throws PitotError CLI_USAGE, naming the option, with the option that was probably meant.
 */
export function parseCommandLine<T extends ParseArgsConfig>(config: T): ReturnType<typeof parseArgs<T>> {
  try {
    return parseArgs(config);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const option = /'(-[^' ]+)/.exec(message)?.[1] ?? 'arguments';
    if ((error as { code?: string }).code !== 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      throw usageError(
        option,
        message.includes('does not take') ? 'no value' : 'a value',
        received(config),
        `Write ${option}${message.includes('does not take') ? '' : '=VALUE'}.`,
      );
    }
    const near = nearestName(option.replace(/^-+/, ''), Object.keys(config.options ?? {}));
    throw usageError(option, 'an option of this command', show(option), near ? `Did you mean --${near}?` : 'See --help for its options.');
  }
}

const HELP = { help: { type: 'boolean', short: 'h' } } as const;

/**
 * The options and positionals of a command; null: its help was asked for, and has been printed.
 * @throws PitotError as parseCommandLine does.
 */
export function parseCommand<const Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
  { help }: Pick<Command, 'help'>,
  io: Pick<CliIo, 'out'>,
): ReturnType<typeof parseArgs<{ options: Options & typeof HELP; allowPositionals: true }>> | null {
  const parsed = parseCommandLine({ args: [...args], options: { ...options, ...HELP }, allowPositionals: true });
  if ((parsed.values as { help?: boolean }).help !== true) return parsed as ReturnType<typeof parseCommand<Options>>;
  io.out(help);
  return null;
}

export function usageError(option: string, allowed: string, received: string, remedy: string): PitotError {
  return new PitotError('CLI_USAGE', { option, allowed, received, remedy });
}

const received = (config: ParseArgsConfig): string => show((config.args ?? []).join(' '));
