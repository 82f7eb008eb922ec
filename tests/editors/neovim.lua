-- The configuration of the Neovim under test: Ostler as its README says, and beside it another
-- language server, played by a few lines of Lua in Neovim itself, that reports what the test tells
-- it to. It counts in UTF-16, as many real ones do; Ostler does not have to.

local here = vim.fs.dirname(vim.fs.abspath(debug.getinfo(1, 'S').source:sub(2)))
vim.opt.runtimepath:prepend(vim.fs.normalize(here .. '/../../editors/neovim'))
vim.o.swapfile = false

vim.lsp.config('ostler', { cmd = { vim.env.SERVER_UNDER_TEST } })
vim.lsp.enable('ostler')
require('ostler').setup()

local function other_server(dispatchers)
  local closing = false
  local id = 0
  local server = {}
  function server.request(method, _, callback)
    id = id + 1
    local result = vim.NIL
    if method == 'initialize' then
      result = { capabilities = { positionEncoding = 'utf-16', textDocumentSync = 1 } }
    end
    callback(nil, result, id)
    return true, id
  end
  function server.notify(method, params)
    if method == 'textDocument/didOpen' then
      dispatchers.notification('textDocument/publishDiagnostics', {
        uri = params.textDocument.uri,
        diagnostics = vim.json.decode(vim.env.OTHER_SERVER_REPORTS),
      })
    elseif method == 'exit' then
      closing = true
      dispatchers.on_exit(0, 0)
    end
    return true
  end
  function server.is_closing()
    return closing
  end
  function server.terminate()
    closing = true
  end
  return server
end

vim.lsp.config('other', { cmd = other_server, filetypes = { 'rust' }, root_markers = { 'Cargo.toml' } })
vim.lsp.enable('other')

-- What was shown of the progress, for the test to look at.
Progress = {}
vim.api.nvim_create_autocmd('Progress', {
  callback = function(event)
    table.insert(Progress, event.data.title .. ' ' .. event.data.status)
  end,
})
