-- A person at a terminal, for tests: runs a program in a terminal of its own, types real keys into
-- it and reads its screen.
--
--   nvim --clean --headless -l terminal.lua
--
-- Each line of standard input is a JSON object, each is answered by one line on standard output:
--
--   {"start": [program, ...], "cwd", "env", "socket"}   starts it; the socket is where it listens
--   {"keys": text}                                      types, control characters included
--   {"screen": text}                                    waits until the screen shows the text
--   {"inside": lua}                                     waits until the program, which must be
--                                                       Neovim, evaluates this to a true value
--   {"outside": lua}                                    the same in this process
--
-- An answer is {"ok": bool, "value", "screen"}. A wait is over as soon as its condition holds; the
-- deadline is there for a broken program only.

local DEADLINE_MS = tonumber(vim.env.TERMINAL_DEADLINE_MS) or 120 * 1000
local STEP_MS = 20

vim.o.columns, vim.o.lines = 140, 40
-- The window there is was laid out before; a new one takes the whole width.
vim.cmd.tabnew()

local buffer, job, socket, channel
local exited = false

local function screen()
  local lines = vim.api.nvim_buf_get_lines(buffer, 0, -1, false)
  return (table.concat(lines, '\n'):gsub('%s*$', ''))
end

--- Waits for a condition or for the program's end, and returns what the condition last gave.
local function until_true(condition)
  local value
  vim.wait(DEADLINE_MS, function()
    value = not exited and condition()
    return exited or (value and true or false)
  end, STEP_MS)
  return value
end

local function connected()
  if not channel then
    local ok, id = pcall(vim.fn.sockconnect, 'pipe', socket, { rpc = true })
    channel = ok and id > 0 and id or nil
  end
  return channel
end

--- Evaluates Lua in the program. While that waits for a key it would answer nothing, and asking it
--- would hang us, so it is asked first whether it does.
local function inside(code)
  if not connected() or vim.rpcrequest(channel, 'nvim_get_mode').blocking then
    return nil
  end
  local value = vim.rpcrequest(channel, 'nvim_exec_lua', code, {})
  -- What is nil there comes over as this, which is true in a condition.
  if value == vim.NIL then
    return nil
  end
  return value
end

local operations = {}

function operations.start(program, request)
  socket = request.socket
  buffer = vim.api.nvim_get_current_buf()
  job = vim.fn.jobstart(program, {
    term = true,
    cwd = request.cwd,
    env = request.env,
    on_exit = function()
      exited = true
    end,
  })
  return job > 0
end

function operations.keys(keys)
  return vim.fn.chansend(job, keys) > 0
end

function operations.screen(text)
  return until_true(function()
    return screen():find(text, 1, true)
  end)
end

function operations.inside(code)
  return until_true(function()
    return inside(code)
  end)
end

function operations.outside(code)
  return until_true(assert(loadstring(code)))
end

for line in io.lines() do
  local request = vim.json.decode(line)
  local answer = { ok = false, value = 'no such operation' }
  for name, operation in pairs(operations) do
    if request[name] ~= nil then
      local fine, value = pcall(operation, request[name], request)
      answer = { ok = fine and value and true or false, value = value }
    end
  end
  answer.screen = buffer and screen() or ''
  io.stdout:write(vim.json.encode(answer), '\n')
  io.stdout:flush()
end
if job then
  vim.fn.jobstop(job)
  vim.fn.jobwait({ job }, DEADLINE_MS)
end
