// Keys in VS Code's secret storage, each bound to the server that it is for.

import { window, type SecretStorage } from 'vscode';

/** The one secret: an object of keys by origin (scheme, host and port). */
const SECRET = 'keys';

export class Keys {
  constructor(private readonly secrets: SecretStorage) {}

  /** All keys, by origin. */
  async all(): Promise<Record<string, string>> {
    const stored = await this.secrets.get(SECRET);
    return stored === undefined ? {} : (JSON.parse(stored) as Record<string, string>);
  }

  /** Asks for a key and the server that it is for, and keeps it. */
  async store(): Promise<void> {
    const url = await window.showInputBox({
      title: 'Ostler: Store a Key (1/2)',
      prompt: 'The address of the model server that the key is for; no other is ever shown it.',
      value: 'https://',
      ignoreFocusOut: true,
      validateInput: (text) => (origin(text) === undefined ? 'Not an address.' : undefined),
    });
    const server = url === undefined ? undefined : origin(url);
    if (server === undefined) {
      return;
    }
    const key = await window.showInputBox({
      title: 'Ostler: Store a Key (2/2)',
      prompt: `The key for ${server}`,
      password: true,
      ignoreFocusOut: true,
    });
    if (key?.trim()) {
      await this.#keep({ ...(await this.all()), [server]: key.trim() });
      void window.showInformationMessage(`Ostler: the key for ${server} is stored.`);
    }
  }

  /** Asks which key to forget, and forgets it. */
  async forget(): Promise<void> {
    const keys = await this.all();
    const server = await window.showQuickPick(Object.keys(keys), {
      title: 'Ostler: Forget a Key',
      placeHolder: 'The server whose key is to be forgotten',
    });
    if (server !== undefined) {
      delete keys[server];
      await this.#keep(keys);
    }
  }

  async #keep(keys: Record<string, string>): Promise<void> {
    await this.secrets.store(SECRET, JSON.stringify(keys));
  }
}

function origin(url: string): string | undefined {
  try {
    const { origin } = new URL(url.trim());
    return origin === 'null' ? undefined : origin;
  } catch {
    return undefined;
  }
}
