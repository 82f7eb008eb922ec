--- Starts Ostler for the files that it knows, and adds progress messages and `:Ostler`. Neovim
--- reads this after your own `init.lua`, so what that says about `ostler` counts.

local program = 'ostler'

if vim.fn.has('nvim-0.12') == 0 then
  vim.notify('Ostler needs Neovim 0.12 or newer', vim.log.levels.WARN)
  return
end
-- Where the program is not on the `PATH`, it is started from where it was set up.
if vim.fn.executable('ostler') == 0 and vim.fn.executable(program) == 1 then
  vim.lsp.config('ostler', { cmd = { program } })
end
vim.lsp.enable('ostler')
require('ostler').setup()
