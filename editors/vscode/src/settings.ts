// What the server is told of VS Code's settings, and how far each can be trusted.

import { access, constants } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { workspace } from 'vscode';
import type { ClientCapabilities, StaticFeature } from 'vscode-languageclient/node';

/**
 * The settings as the server takes them, and the user's keys by the server that each is for. What
 * is under `machine` has the scope `machine` in package.json: VS Code reads it from the user's own
 * settings only, whatever a folder says.
 */
export function options(keys: Record<string, string>): object {
  const settings = workspace.getConfiguration('ostler');
  const turns = settings.get<number | null>('limits.turns');
  const model = settings.get<string>('model');
  return {
    limits: turns == null ? {} : { turns },
    machine: { ...(model ? { model } : {}), endpoints: settings.get<object>('endpoints') },
    keys,
  };
}

/**
 * Vouches that `machine` and `keys` come from the user alone. This is a capability because those
 * are made by code: elsewhere a repository may have a say in the options, but not in them.
 */
export const vouch: StaticFeature = {
  fillClientCapabilities(capabilities: ClientCapabilities): void {
    capabilities.experimental = { ...capabilities.experimental, ostler: { machine: true } };
  },
  initialize(): void {},
  getState: () => ({ kind: 'static' }),
  clear(): void {},
};

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
