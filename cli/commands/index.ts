import type { CliCommand } from '../command.ts';
import { completionCommand } from './completion.ts';
import { doctorCommand } from './doctor.ts';
import { heldCommand } from './held.ts';
import { operationCommands } from './operation.ts';
import { pauseCommand, resumeCommand } from './pause.ts';
import { replayCommand } from './replay.ts';
import { restartCommands } from './restart.ts';
import { statusCommand } from './status.ts';
import { watchCommand } from './watch.ts';
import { whyCommand } from './why.ts';

/** Every command, in the order of the help. */
export const allCommands = (): readonly CliCommand[] => [
  ...operationCommands(),
  ...restartCommands(),
  statusCommand,
  watchCommand,
  whyCommand,
  heldCommand,
  replayCommand,
  pauseCommand,
  resumeCommand,
  doctorCommand,
  completionCommand(allCommands),
];
