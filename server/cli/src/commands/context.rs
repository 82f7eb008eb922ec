//! `ostler context`: what would be shown to a model at a place, for people and for programs.

mod batch;

use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use context::{ContextQuery, Index, Intent, TokenBudget, World};
use stdx::AbsPath;
use tokio_util::sync::CancellationToken;
use workspace::Snapshot;

use crate::args::Context;
use crate::compose;
use crate::terminal::say;

/// What `--at` shows if no budget is given, in tokens.
const BUDGET: usize = 2000;

pub(crate) async fn context(args: Context) -> Result<bool> {
    let root = compose::folder(args.root.as_deref())?;
    if !args.batch && args.at.is_none() {
        bail!("say --at FILE:LINE or --batch");
    }
    let index = compose::indexes().of(&root);
    // The files are read while `git` tells the history.
    let files = tokio::task::spawn_blocking({
        let (root, index) = (root.clone(), Arc::clone(&index));
        move || drop(index.world(&Snapshot::of_disk(root)))
    });
    harness::learn_history(&root, &index, &CancellationToken::new()).await;
    files.await.context("the index crashed")?;
    // The rest computes and waits for nothing but its input.
    tokio::task::spawn_blocking(move || run(&args, &root, &index))
        .await
        .context("the selection crashed")?
}

fn run(args: &Context, root: &AbsPath, index: &Index) -> Result<bool> {
    match &args.at {
        Some(at) if !args.batch => show(root, index, at, args.budget.unwrap_or(BUDGET)),
        _ => batch::run(root, index),
    }?;
    Ok(true)
}

/// Prints the selection at a place: each line with its cost, each piece with its reason.
fn show(root: &AbsPath, index: &Index, at: &str, budget: usize) -> Result<()> {
    let (file, line) = at.rsplit_once(':').context("--at wants FILE:LINE")?;
    let line: usize = line.parse().with_context(|| format!("`{line}` is no line number"))?;
    let world = index.world(&Snapshot::of_disk(root.clone()));
    let query =
        ContextQuery { intent: Intent::Implement, sees_open_file: true, ..ContextQuery::default() };
    let query = at_line(&world, query, Path::new(file), line)?;
    let fragments = context::gather(&world, &query, TokenBudget::of_tokens(budget));
    let mut last = "";
    let mut sum = 0;
    for fragment in &fragments {
        if fragment.file != last {
            say(&format!("\n{}", fragment.file));
            last = &fragment.file;
        }
        say(&format!(
            "  {}-{}  {} tokens  {}",
            fragment.start_line, fragment.end_line, fragment.tokens, fragment.reason
        ));
        for line in fragment.text.lines() {
            say(&format!("      {line}"));
        }
        sum += fragment.tokens;
    }
    say(&format!("\n{} pieces, about {sum} of {budget} tokens", fragments.len()));
    Ok(())
}

/// `query` at line `line` (from 1) of `file`.
fn at_line(world: &World, query: ContextQuery, file: &Path, line: usize) -> Result<ContextQuery> {
    let path = world.snapshot.root().join(file);
    let text = world.snapshot.letters(&path).with_context(|| format!("{}", file.display()))?;
    let ends = || text.match_indices('\n').map(|(at, _)| at + 1);
    let start = line.checked_sub(1).and_then(|before| std::iter::once(0).chain(ends()).nth(before));
    let Some(start) = start else {
        bail!("{} has {} lines, and no line {line}", file.display(), ends().count() + 1);
    };
    Ok(ContextQuery { place: Some((path, start..start)), ..query })
}
