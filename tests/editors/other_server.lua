-- A language server of few words: it reports what the test tells it to as soon as a file is opened,
-- and knows nothing else. It counts in UTF-16, as many real ones do; Ostler does not have to.
--
--   OTHER_SERVER_REPORTS='[…]' nvim --clean --headless -l other_server.lua

local reports = vim.json.decode(vim.env.OTHER_SERVER_REPORTS)

local function send(message)
  message.jsonrpc = '2.0'
  local body = vim.json.encode(message)
  io.stdout:write(('Content-Length: %d\r\n\r\n%s'):format(#body, body))
  io.stdout:flush()
end

--- The next message, or nil when there will be none.
local function receive()
  local length
  for header in io.lines() do
    header = header:gsub('\r$', '')
    if header == '' then
      return vim.json.decode(io.read(length))
    end
    length = tonumber(header:match('^Content%-Length: (%d+)$')) or length
  end
end

for message in receive do
  if message.method == 'initialize' then
    local capabilities = { positionEncoding = 'utf-16', textDocumentSync = 1 }
    send({ id = message.id, result = { capabilities = capabilities } })
  elseif message.method == 'textDocument/didOpen' then
    local uri = message.params.textDocument.uri
    send({
      method = 'textDocument/publishDiagnostics',
      params = { uri = uri, diagnostics = reports },
    })
  elseif message.method == 'exit' then
    break
  elseif message.id and message.method then
    send({ id = message.id, result = vim.NIL })
  end
end
