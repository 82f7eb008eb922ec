// Ostler in VS Code: starts the server, hands it settings and keys, and draws what it says. Any
// choice between two behaviours is made in the server.

import { commands, window, workspace, type ExtensionContext } from 'vscode';
import { LanguageClient } from 'vscode-languageclient/node';
import { runCommand } from './commands';
import { Keys } from './keys';
import { Progress } from './progress';
import { found, options, program, vouch } from './settings';

/** The languages that the server is shown; the same as in `activationEvents` of package.json. */
const LANGUAGES = ['rust', 'toml', 'markdown', 'json', 'jsonc', 'diff'];

let client: LanguageClient | undefined;

export async function activate(context: ExtensionContext): Promise<void> {
  const keys = new Keys(context.secrets);
  const restart = async () => {
    await client?.dispose();
    await start(keys);
  };
  // Without a word about what has changed: the server asks.
  const changed = async () => {
    if (client?.isRunning()) {
      await client.sendNotification('workspace/didChangeConfiguration', { settings: null });
    }
  };
  context.subscriptions.push(
    commands.registerCommand('ostler.client.storeKey', () => keys.store()),
    commands.registerCommand('ostler.client.forgetKey', () => keys.forget()),
    commands.registerCommand('ostler.client.restart', restart),
    context.secrets.onDidChange(changed),
    workspace.onDidChangeConfiguration(async (change) => {
      if (change.affectsConfiguration('ostler.server.path')) {
        await restart();
      } else if (change.affectsConfiguration('ostler')) {
        await changed();
      }
    }),
  );
  await start(keys);
}

export async function deactivate(): Promise<void> {
  await client?.stop();
}

async function start(keys: Keys): Promise<void> {
  client = undefined;
  const path = await found(program());
  if (path === undefined) {
    return complain(program());
  }
  const created: LanguageClient = new LanguageClient(
    'ostler',
    'Ostler',
    { command: path },
    {
      documentSelector: LANGUAGES.map((language) => ({ scheme: 'file', language })),
      initializationOptions: options(await keys.all()),
      middleware: {
        executeCommand: (command, args) => runCommand(created, command, args),
        handleWorkDoneProgress: new Progress((token) => {
          void created.sendNotification('window/workDoneProgress/cancel', { token });
        }).handle,
        workspace: {
          configuration: async ({ items }) => {
            const answer = options(await keys.all());
            return items.map(() => answer);
          },
        },
      },
    },
  );
  created.registerFeature(vouch);
  client = created;
  await created.start();
}

function complain(missing: string): void {
  const message = `Ostler: there is no program '${missing}'; install it, or say where it is.`;
  const setting = 'Say Where';
  void window.showErrorMessage(message, setting).then((chosen) => {
    if (chosen === setting) {
      void commands.executeCommand('workbench.action.openSettings', 'ostler.server.path');
    }
  });
}
