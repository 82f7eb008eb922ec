//! `setup`: an editor is connected, and what the user has stays.

use super::home::Home;

#[test]
fn helix_is_shown_first_then_written_and_a_second_time_there_is_nothing_to_do() {
    let home = Home::new();
    let mine = "# mine\n[[language]]\nname = \"rust\"\nauto-format = false\n\
        language-servers = [\"rust-analyzer\", \"typos\"]\n";
    let languages = home.write(".config/helix/languages.toml", mine);
    let read = || std::fs::read_to_string(&languages).unwrap();

    let shown = home.run(&["setup", "helix"]);
    assert!(
        shown.well().contains("+language-servers = [\"rust-analyzer\", \"typos\", \"ostler\"]"),
        "{shown:?}"
    );
    assert!(shown.err.contains("--write"), "{shown:?}");
    assert_eq!(read(), mine);

    let written = home.run(&["setup", "helix", "--write"]);
    assert!(written.well().contains("+language-servers"), "{written:?}");
    assert!(read().starts_with("# mine\n[[language]]\nname = \"rust\"\nauto-format = false\n"));
    // It is not on the PATH, so its place is written down.
    assert!(read().contains(env!("CARGO_BIN_EXE_server-under-test")), "{}", read());
    let config = std::fs::read_to_string(home.path(".config/helix/config.toml")).unwrap();
    assert!(config.contains("[keys.normal.space.o]"), "{config}");
    let kept = home.path(".config/helix/languages.toml.before-ostler");
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), mine);

    let text = read();
    let again = home.run(&["setup", "helix", "--write"]);
    assert!(again.well().starts_with("nothing to do: Helix is connected."), "{again:?}");
    assert_eq!(read(), text);
    assert!(!home.path(".config/helix/languages.toml.before-ostler-2").exists());
}

#[test]
fn a_file_that_is_no_toml_and_a_link_are_left_what_they_are() {
    let home = Home::new();
    let broken = home.write(".config/helix/languages.toml", "[[language]\n");
    let said = home.run(&["setup", "helix", "--write"]);
    assert!(said.refused().contains("languages.toml is left as it is"), "{said:?}");
    assert!(said.err.contains("line 1"), "{said:?}");
    std::fs::remove_file(&broken).unwrap();

    let dotfiles = home.write("dotfiles/languages.toml", "# mine\n");
    std::os::unix::fs::symlink(&dotfiles, &broken).unwrap();
    home.run(&["setup", "helix", "--write"]).well();
    assert!(std::fs::symlink_metadata(&broken).unwrap().is_symlink());
    assert!(std::fs::read_to_string(&dotfiles).unwrap().starts_with("# mine\n"));
    assert!(std::fs::read_to_string(&dotfiles).unwrap().contains("[language-server.ostler]"));
}

#[test]
fn neovim_gets_a_package_of_its_own() {
    let home = Home::new();
    home.write(".config/nvim/init.lua", "-- mine\n");
    home.run(&["setup", "neovim", "--write"]).well();
    let package = home.path(".local/share/nvim/site/pack/ostler/start/ostler");
    for file in ["lsp/ostler.lua", "lua/ostler/init.lua", "plugin/ostler.lua"] {
        assert!(package.join(file).is_file(), "{file}");
    }
    let plugin = std::fs::read_to_string(package.join("plugin/ostler.lua")).unwrap();
    assert!(plugin.contains(env!("CARGO_BIN_EXE_server-under-test")), "{plugin}");
    let init = std::fs::read_to_string(home.path(".config/nvim/init.lua")).unwrap();
    assert_eq!(init, "-- mine\n");
    assert!(home.run(&["setup", "neovim", "--write"]).well().contains("nothing to do"));
}

#[test]
fn vscode_is_told_where_the_program_is() {
    let home = Home::new();
    let settings =
        home.write(".config/Code/User/settings.json", "{\n    // mine\n    \"a\": 1,\n}\n");
    home.run(&["setup", "vscode", "--write"]).well();
    let text = std::fs::read_to_string(&settings).unwrap();
    assert!(text.contains("\"ostler.server.path\": \""), "{text}");
    assert!(text.ends_with("\n    // mine\n    \"a\": 1,\n}\n"), "{text}");
}

#[test]
fn an_editor_that_is_none_is_refused_with_the_names_that_there_are() {
    let said = Home::new().run(&["setup", "emacs"]);
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("helix, neovim, vscode"), "{said:?}");
}
