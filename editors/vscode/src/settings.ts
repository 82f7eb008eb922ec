// What the server is told of VS Code's settings, and on which way: that of the user's machine goes
// where no folder has a say.

import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { workspace } from 'vscode';

/**
 * The environment of the server's process. It carries the settings that have the scope `machine`
 * in package.json: VS Code reads those from the user's own settings only, whatever a folder says.
 */
export function environment(): NodeJS.ProcessEnv {
  const settings = workspace.getConfiguration('ostler');
  const machine = {
    model: settings.get<string>('model') || undefined,
    endpoints: settings.get<object>('endpoints'),
  };
  return { ...process.env, OSTLER_MACHINE_SETTINGS: JSON.stringify(machine) };
}

/** The settings in which a folder may have a say, as the server takes them. */
export function options(): object {
  const turns = workspace.getConfiguration('ostler').get<number | null>('limits.turns');
  return { limits: turns == null ? {} : { turns } };
}

/** The program as the settings name it. */
export function program(): string {
  return workspace.getConfiguration('ostler').get<string>('server.path') || 'ostler';
}

/** The path of the program; `undefined` if there is none. Never beneath the opened folder. */
export async function found(name: string): Promise<string | undefined> {
  const folders = isAbsolute(name) ? [''] : (process.env['PATH'] ?? '').split(delimiter);
  const endings = process.platform === 'win32' ? ['', '.exe'] : [''];
  for (const folder of folders.filter((folder) => isAbsolute(name) || isAbsolute(folder))) {
    for (const ending of endings) {
      const path = join(folder, name + ending);
      if (await access(path, constants.X_OK).then(() => true, () => false)) {
        return path;
      }
    }
  }
  return undefined;
}
