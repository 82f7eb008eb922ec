--- Ostler for Neovim 0.12 and later: `vim.lsp.enable('ostler')` starts it.
---
--- This file is enough by itself, on the runtime path or copied into the `lsp` folder of your own
--- configuration. The module `ostler` beside it only adds progress messages and `:Ostler`.

--- The diagnostics of every source that touch `range`, in the words of the protocol and in
--- `encoding`.
---
---@param bufnr integer
---@param range lsp.Range in `encoding`
---@param encoding 'utf-8'|'utf-16'|'utf-32'
---@return lsp.Diagnostic[]
local function diagnostics_at(bufnr, range, encoding)
  local function line(row)
    return vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
  end
  -- Where all clients count alike, positions inside of a diagnostic can be passed on as they are.
  local alike = vim.iter(vim.lsp.get_clients({ bufnr = bufnr })):all(function(client)
    return client.offset_encoding == encoding
  end)
  local function position(row, column)
    return { line = row, character = vim.str_utfindex(line(row), encoding, column, false) }
  end
  local function before(a, b)
    return a.line < b.line or a.line == b.line and a.character < b.character
  end

  local found = {}
  for _, known in ipairs(vim.diagnostic.get(bufnr)) do
    local from = position(known.lnum, known.col)
    local to = position(known.end_lnum or known.lnum, known.end_col or known.col)
    if not before(to, range.start) and not before(range['end'], from) then
      -- What a language server sent is kept (its `data`, its `relatedInformation`), but the
      -- place is the buffer's: the text may have moved since, and that server may count in
      -- other units.
      local original = vim.tbl_get(known, 'user_data', 'lsp') or {}
      table.insert(
        found,
        vim.tbl_extend('force', original, {
          range = { start = from, ['end'] = to },
          severity = known.severity,
          message = known.message,
          source = known.source,
          code = known.code,
        })
      )
      if not alike then
        found[#found].relatedInformation = nil
      end
    end
  end
  return found
end

--- Neovim tells a server only of that server's own diagnostics when it asks for code actions.
--- Ostler mends what *other* servers and linters report, so it has to hear of those too.
---
---@param client vim.lsp.Client
local function share_diagnostics(client)
  local request = client.request
  client.request = function(self, method, params, handler, bufnr)
    if method == 'textDocument/codeAction' and params.context then
      local buffer = vim.uri_to_bufnr(params.textDocument.uri)
      local diagnostics = diagnostics_at(buffer, params.range, client.offset_encoding)
      params = vim.tbl_extend('force', params, {
        context = vim.tbl_extend('force', params.context, { diagnostics = diagnostics }),
      })
    end
    return request(self, method, params, handler, bufnr)
  end
end

--- Applies an edit only to the very text it was made for.
---
--- Neovim's own handler does not look at the version of a document that has not been changed since
--- it was opened (its version is 0), nor at that of the second and later documents of one edit,
--- and it says "applied" when it has refused.
---
---@param params lsp.ApplyWorkspaceEditParams
---@return lsp.ApplyWorkspaceEditResult
local function apply_edit(err, params, ctx)
  for index, change in ipairs(params.edit.documentChanges or {}) do
    local document = change.textDocument
    if document and document.version and document.version ~= vim.NIL then
      local bufnr = vim.uri_to_bufnr(document.uri)
      if vim.lsp.util.buf_versions[bufnr] ~= document.version then
        return {
          applied = false,
          failedChange = index - 1,
          failureReason = 'the text has changed since the edit was made',
        }
      end
    end
  end
  -- Without its label: Neovim would print that, and two messages at once, or a long one, make the
  -- user press Enter. What was changed is told by a message of its own.
  return vim.lsp.handlers['workspace/applyEdit'](err, { edit = params.edit }, ctx)
end

--- Shows a message on the one line that there is for it; all of it stands in `:messages`. A longer
--- one would take the keyboard from the user until Enter is pressed.
---
---@param params lsp.ShowMessageParams
local function show_message(err, params, ctx)
  local room = vim.v.echospace
  if vim.fn.strdisplaywidth('LSP[ostler] ' .. params.message) <= room then
    return vim.lsp.handlers['window/showMessage'](err, params, ctx)
  end
  local before = vim.o.messagesopt
  vim.o.messagesopt = before:gsub('hit%-enter', 'wait:0')
  local ok, result = pcall(vim.lsp.handlers['window/showMessage'], err, params, ctx)
  vim.o.messagesopt = before
  vim.cmd.redraw()

  local short = params.message
  while vim.fn.strdisplaywidth(short) >= room do
    short = vim.fn.strcharpart(short, 0, vim.fn.strchars(short) - 1)
  end
  local highlight = params.type == vim.lsp.protocol.MessageType.Error and 'ErrorMsg' or nil
  vim.api.nvim_echo({ { short .. '…', highlight } }, false, {})
  return ok and result or nil
end

---@type vim.lsp.Config
return {
  cmd = { 'ostler' },
  filetypes = { 'rust', 'toml', 'markdown', 'json', 'jsonc', 'diff' },
  root_markers = { '.ostler', 'Cargo.lock', '.git', 'Cargo.toml' },
  handlers = {
    ['workspace/applyEdit'] = apply_edit,
    ['window/showMessage'] = show_message,
  },
  on_init = share_diagnostics,
}
