// Progress of tasks, as notifications with a button that stops the task. The language client by
// itself shows progress in the status bar, where there is none.

import { ProgressLocation, window, type Progress as Reporter } from 'vscode';
import type {
  ProgressToken,
  WorkDoneProgressBegin,
  WorkDoneProgressEnd,
  WorkDoneProgressReport,
} from 'vscode-languageclient/node';

type Step = WorkDoneProgressBegin | WorkDoneProgressReport | WorkDoneProgressEnd;

/** One progress that is shown, or is about to be: VS Code calls back when it is ready. */
interface Shown {
  message: string | undefined;
  reporter?: Reporter<{ message?: string }>;
  end?: () => void;
}

export class Progress {
  readonly #running = new Map<ProgressToken, Shown>();

  /** `stop` is called with the token of the progress whose button was pressed. */
  constructor(private readonly stop: (token: ProgressToken) => void) {}

  readonly handle = (token: ProgressToken, step: Step): void => {
    const shown = this.#running.get(token);
    switch (step.kind) {
      case 'begin':
        this.#begin(token, step);
        break;
      case 'report':
        if (shown && step.message !== undefined) {
          shown.message = step.message;
          shown.reporter?.report({ message: step.message });
        }
        break;
      case 'end':
        this.#running.delete(token);
        shown?.end?.();
        break;
    }
  };

  #begin(token: ProgressToken, step: WorkDoneProgressBegin): void {
    const shown: Shown = { message: step.message };
    this.#running.set(token, shown);
    const options = {
      location: ProgressLocation.Notification,
      title: `Ostler: ${step.title}`,
      cancellable: step.cancellable ?? false,
    };
    void window.withProgress(options, (reporter, cancellation) => {
      // It may have ended before VS Code was ready to show it.
      if (this.#running.get(token) !== shown) {
        return Promise.resolve();
      }
      cancellation.onCancellationRequested(() => this.stop(token));
      shown.reporter = reporter;
      if (shown.message !== undefined) {
        reporter.report({ message: shown.message });
      }
      return new Promise<void>((resolve) => {
        shown.end = resolve;
      });
    });
  }
}
