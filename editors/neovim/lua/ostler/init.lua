--- What Neovim has no built-in interface for: progress of running tasks, and a way to name one of
--- Ostler's commands on the command line. Everything else is plain LSP and needs no plugin.
local M = {}

---@param bufnr? integer only clients that are attached to this buffer
---@return vim.lsp.Client?
local function client_of(bufnr)
  return vim.lsp.get_clients({ name = 'ostler', bufnr = bufnr })[1]
end

--- The names that `:Ostler` takes, as the server announces them, without their common prefix.
---@return string[]
local function command_names()
  local client = client_of()
  local provider = client and client.server_capabilities.executeCommandProvider or {}
  return vim
    .iter(provider.commands or {})
    :map(function(command)
      return command:match('^ostler%.(.+)$')
    end)
    :totable()
end

--- The message that `M._echo` shows.
local pending

--- Shows what is pending; a function that a command can call by name.
function M._echo()
  vim.api.nvim_echo(unpack(pending))
end

--- Shows one step of a task's progress.
---
---@param value lsp.WorkDoneProgressBegin|lsp.WorkDoneProgressReport|lsp.WorkDoneProgressEnd
---@param id string
local function show_progress(value, id)
  local ended = value.kind == 'end'
  local options = {
    id = id,
    kind = 'progress',
    source = 'ostler',
    -- Neovim does not say whose progress it is.
    title = value.title and 'Ostler: ' .. value.title,
    percent = value.percentage,
    status = ended and 'success' or 'running',
  }
  pending = { { { value.message or '' } }, false, options }
  -- An end without words still has to be noted (the status line counts what runs), but what
  -- stands on the screen by then says how the task went and is worth more.
  local silent = ended and not value.message
  if not silent then
    -- What a list of choices has scrolled up is put back first: a message below it would have to
    -- be confirmed with Enter.
    vim.cmd.redraw()
  end
  vim.cmd.lua({ "require('ostler')._echo()", mods = { silent = silent } })
  vim.cmd.redrawstatus()
end

--- The place of the cursor, or of the lines that a range of the command line names.
---@param client vim.lsp.Client
---@param options vim.api.keyset.create_user_command.command_args
local function place(client, options)
  local bufnr = vim.api.nvim_get_current_buf()
  local range
  if options.range > 0 then
    range = vim.lsp.util.make_given_range_params(
      { options.line1, 0 },
      { options.line2, vim.v.maxcol },
      bufnr,
      client.offset_encoding
    ).range
  else
    range = vim.lsp.util.make_range_params(0, client.offset_encoding).range
  end
  return {
    uri = vim.uri_from_bufnr(bufnr),
    line = range.start.line + 1,
    version = vim.lsp.util.buf_versions[bufnr],
    range = range,
  }
end

--- `:Ostler NAME` runs `ostler.NAME` with the place; `:Ostler NAME 3` names a task instead of a
--- place. `:Ostler stop` alone stops every task, so it says neither.
---@param options vim.api.keyset.create_user_command.command_args
local function run(options)
  -- Stopping a task must work from wherever the user is by now.
  local client = client_of(vim.api.nvim_get_current_buf()) or client_of()
  if not client then
    vim.notify('ostler is not running', vim.log.levels.ERROR)
    return
  end
  local name, task = options.fargs[1], options.fargs[2]
  local arguments
  if task then
    arguments = { { task = tonumber(task) or task } }
  elseif name ~= 'stop' then
    arguments = { place(client, options) }
  end
  client:exec_cmd(
    { title = options.args, command = 'ostler.' .. name, arguments = arguments },
    { bufnr = vim.api.nvim_get_current_buf() }
  )
end

--- Shows progress and defines `:Ostler`. May be called again.
function M.setup()
  vim.api.nvim_create_autocmd('LspProgress', {
    group = vim.api.nvim_create_augroup('ostler.progress', {}),
    desc = 'Progress of Ostler’s tasks',
    callback = function(event)
      local client = vim.lsp.get_client_by_id(event.data.client_id)
      if client and client.name == 'ostler' then
        show_progress(
          event.data.params.value,
          ('ostler.%d.%s'):format(client.id, event.data.params.token)
        )
      end
    end,
  })
  vim.api.nvim_create_user_command('Ostler', run, {
    desc = 'Run a command of Ostler at the cursor or on the given lines',
    nargs = '+',
    range = true,
    complete = function(typed, line)
      if line:match('Ostler%s+%S+%s') then
        return {}
      end
      return vim
        .iter(command_names())
        :filter(function(name)
          return vim.startswith(name, typed)
        end)
        :totable()
    end,
  })
end

return M
