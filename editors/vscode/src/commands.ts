// The server's commands. The language client registers each that the server lists under its own
// name, for code actions and for the command palette alike.

import { window } from 'vscode';
import { ResponseError, type LanguageClient } from 'vscode-languageclient/node';

/** Runs a command of the server; from the palette it comes without arguments and gets the place. */
export async function runCommand(
  client: LanguageClient,
  command: string,
  args: unknown[],
): Promise<unknown> {
  const params = { command, arguments: args.length > 0 ? args : place(client) };
  try {
    return await client.sendRequest('workspace/executeCommand', params);
  } catch (error) {
    // The server has told the user already, in one line.
    if (error instanceof ResponseError) {
      client.warn(`${command}: ${error.message}`, undefined, false);
      return undefined;
    }
    throw error;
  }
}

/** Where the user is: what LSP itself does not tell. */
function place(client: LanguageClient): unknown[] {
  const editor = window.activeTextEditor;
  if (editor === undefined || editor.document.uri.scheme !== 'file') {
    return [];
  }
  return [
    {
      uri: client.code2ProtocolConverter.asUri(editor.document.uri),
      version: editor.document.version,
      line: editor.selection.active.line + 1,
      range: client.code2ProtocolConverter.asRange(editor.selection),
    },
  ];
}
