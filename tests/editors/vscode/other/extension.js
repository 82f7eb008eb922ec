// Another language server, as far as VS Code can tell: as soon as a Rust file is opened it reports
// what OTHER_SERVER_REPORTS holds, an array of diagnostics in the words of the protocol.

const vscode = require('vscode');

exports.activate = (context) => {
  const reports = JSON.parse(process.env.OTHER_SERVER_REPORTS).map((report) => {
    const { start, end } = report.range;
    const range = new vscode.Range(start.line, start.character, end.line, end.character);
    const diagnostic = new vscode.Diagnostic(range, report.message, report.severity - 1);
    return Object.assign(diagnostic, { source: report.source, code: report.code });
  });
  const collection = vscode.languages.createDiagnosticCollection('other');
  const show = (document) => {
    if (document.languageId === 'rust') {
      collection.set(document.uri, reports);
    }
  };
  vscode.workspace.textDocuments.forEach(show);
  context.subscriptions.push(collection, vscode.workspace.onDidOpenTextDocument(show));
};
