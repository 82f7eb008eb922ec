// A person before VS Code, for tests: opens it in a browser, presses real keys and buttons, and
// looks at what is shown.
//
//   session.sh node driver.mjs
//
// Each line of standard input is a JSON object, each is answered by one line on standard output:
//
//   {"start": {folder, home, vsix, other, settings, env}}
//                                     opens the folder in a VS Code with these extensions
//   {"keys": ["Control+s", …]}        presses them
//   {"press": key, "until": selector, "text"}
//                                     presses it until one shows the text, again where it was lost
//   {"type": text}                    types it
//   {"click": selector, "text"}       presses the first such element that shows the text
//   {"doubleclick": selector, "text"} twice in a row
//   {"shows": selector, "text"}       waits until one does, and says all that it shows
//   {"gone": selector, "text"}        waits until none does
//   {"buffer": text}                  waits until the editor's text is this
//   {"file": path, "text": text}      waits until the file on the disk holds it
//   {"listen": port}                  plays a model server that lets nobody in
//   {"keysAt": port}                  the `authorization` of all that have asked it
//   {"process": text, "is": bool}     waits until a program with the text in its command line runs,
//                                     or until none does
//   {"picture": path}                 a screenshot
//
// An answer is {"ok": bool, "value", "screen"}. A wait is over as soon as its condition holds; the
// deadline is there for a broken program only. OSTLER_EDITORS is the folder that the editors were
// installed in.

import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const installed = join(process.env.OSTLER_EDITORS, 'vscode');
const { chromium } = createRequire(join(installed, 'tools', 'index.js'))('playwright-core');

const DEADLINE_MS = Number(process.env.DRIVER_DEADLINE_MS ?? 300_000);
const STEP_MS = 50;
// The network is our own, so nobody else has this port.
const PORT = 8080;

let page;
/** What the model servers have heard, by port. */
const heard = new Map();

/** Waits for a condition and returns what it gave. */
async function until(condition) {
  const deadline = Date.now() + DEADLINE_MS;
  for (;;) {
    const value = await condition();
    if (value || Date.now() > deadline) {
      return value;
    }
    await new Promise((resolve) => setTimeout(resolve, STEP_MS));
  }
}

/** Starts code-server; it has much to say, which goes to `log`. */
function codeServer(args, env, log) {
  const entry = join(installed, 'code-server/node_modules/code-server/out/node/entry.js');
  const said = openSync(log, 'a');
  return spawn(process.execPath, [entry, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', said, said],
  });
}

async function finished(child, log) {
  const code = await new Promise((resolve) => child.once('exit', resolve));
  if (code !== 0) {
    throw new Error(`${child.spawnargs.join(' ')} ended with ${code}\n${readFileSync(log)}`);
  }
}

const operations = {
  async start({ folder, home, vsix, other, settings, env }) {
    const data = join(home, 'code');
    const extensions = join(home, 'extensions');
    for (const user of ['User', 'Machine']) {
      mkdirSync(join(data, user), { recursive: true });
      writeFileSync(join(data, user, 'settings.json'), JSON.stringify(settings));
    }
    // The home folder stays what it is: that is where Rust is.
    const own = { XDG_CONFIG_HOME: join(home, 'config'), XDG_DATA_HOME: join(home, 'share') };
    const log = join(home, 'code-server.log');
    const common = ['--user-data-dir', data, '--extensions-dir', extensions];
    // In this order: what is put there later without a word counts as removed.
    cpSync(other, join(extensions, 'tests.other-0.0.0'), { recursive: true });
    await finished(codeServer([...common, '--install-extension', vsix], own, log), log);
    codeServer(
      [
        ...common,
        ...['--auth', 'none', '--bind-addr', `127.0.0.1:${PORT}`],
        ...['--disable-telemetry', '--disable-update-check'],
      ],
      { ...own, ...env },
      log,
    );
    const address = `http://127.0.0.1:${PORT}`;
    const healthy = () => fetch(`${address}/healthz`).then((answer) => answer.ok, () => false);
    if (!(await until(healthy))) {
      throw new Error(`code-server does not answer\n${readFileSync(log)}`);
    }
    const browser = await chromium.launchPersistentContext(join(home, 'browser'), {
      executablePath: join(process.env.OSTLER_EDITORS, 'bin', 'chromium'),
      headless: true,
      timeout: DEADLINE_MS,
      viewport: { width: 1000, height: 640 },
      args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    });
    browser.setDefaultTimeout(DEADLINE_MS);
    page = browser.pages()[0] ?? (await browser.newPage());
    await page.goto(`${address}/?folder=${encodeURIComponent(folder)}`);
    return true;
  },

  async keys(keys) {
    for (const key of keys) {
      await page.keyboard.press(key);
    }
    return true;
  },

  // A key that comes while a window opens or closes is lost; a person presses it once more.
  async press(key, { until: selector, text }) {
    for (let left = 20; ; left -= 1) {
      await page.keyboard.press(key);
      try {
        await showing(selector, text).waitFor({ timeout: 15_000 });
        return true;
      } catch (error) {
        if (left === 0) throw error;
        await page.keyboard.press('Escape');
      }
    }
  },

  async type(text) {
    await page.keyboard.type(text);
    return true;
  },

  click: async (selector, { text }) => {
    await showing(selector, text).click();
    return true;
  },

  doubleclick: async (selector, { text }) => {
    await showing(selector, text).dblclick();
    return true;
  },

  async shows(selector, { text }) {
    await showing(selector, text).waitFor();
    return (await showing(selector, text).innerText()).replaceAll('\u00a0', ' ');
  },

  async gone(selector, { text }) {
    await showing(selector, text).waitFor({ state: 'hidden' });
    return true;
  },

  buffer: (text) => until(async () => (await buffer()) === text),

  file: (path, { text }) => until(() => readFileSync(path, 'utf8') === text),

  listen(port) {
    heard.set(port, []);
    const server = createServer((request, response) => {
      heard.get(port).push(request.headers.authorization ?? '');
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error": {"type": "authentication_error", "message": "no entry"}}');
    });
    return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve(true)));
  },

  keysAt: async (port) => heard.get(port),

  process: (text, { is }) => until(() => running(text) === is),

  async picture(path) {
    await page.screenshot({ path });
    return true;
  },
};

function showing(selector, text = '') {
  return page.locator(selector).filter({ hasText: text, visible: true }).first();
}

/** The text of the editor, all of whose lines must fit on the screen. */
async function buffer() {
  const lines = await page.$$eval('.editor-instance .view-line', (all) =>
    all
      .map((line) => ({ top: Number.parseFloat(line.style.top), text: line.textContent }))
      .sort((a, b) => a.top - b.top)
      .map((line) => line.text),
  );
  return lines.join('\n').replaceAll('\u00a0', ' ');
}

function running(text) {
  return readdirSync('/proc').some((id) => {
    try {
      return /^\d+$/.test(id) && readFileSync(`/proc/${id}/cmdline`, 'utf8').includes(text);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

/** What is to be seen, for whoever reads that something was not. */
async function screen() {
  if (page === undefined) {
    return '';
  }
  const parts = ['.editor-instance .view-lines', '.action-widget', '.notifications-toasts'];
  const shown = await Promise.all(
    [...parts, '.statusbar', '.monaco-dialog-box', '.quick-input-widget'].map((part) =>
      page.$$eval(part, (all) =>
        all
          .filter((element) => element.checkVisibility())
          .map((element) => element.innerText.trim())
          .join('\n'),
      ),
    ),
  );
  return shown.filter((text) => text !== '').join('\n----\n');
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer = { ok: false, value: 'no such operation' };
  for (const [name, operation] of Object.entries(operations)) {
    if (request[name] !== undefined) {
      answer = await operation(request[name], request).then(
        (value) => ({ ok: value !== false, value }),
        (error) => ({ ok: false, value: error.message }),
      );
    }
  }
  if (!answer.ok && page !== undefined) {
    await page.screenshot({ path: join(installed, 'failed.png') });
  }
  answer.screen = await screen();
  console.log(JSON.stringify(answer));
}
// All that was started ends with this process: session.sh sees to it.
process.exit(0);
