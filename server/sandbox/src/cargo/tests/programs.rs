//! Any program on a draft, and what it did.

use super::*;
use crate::confined::Confined;
use crate::shown::Written;

async fn written(project: &Project, draft: &Draft, script: &str) -> [BTreeMap<String, String>; 2] {
    let mut result = Vec::new();
    let before = project.everything();
    for wall in [Wall::Best, Wall::Copy] {
        let confined = Confined::new(project.config(wall));
        // What one program left is not there for the next.
        for _ in 0..2 {
            let program = Program {
                name: "sh".into(),
                arguments: vec!["-ec".into(), script.into()],
                folder: project.path(""),
                variables: Vec::new(),
                timeout: Duration::from_secs(60),
                merge_stderr: true,
            };
            let ran =
                within(confined.run(draft, &program, &CancellationToken::new())).await.unwrap();
            assert!(ran.finished.exit.success(), "{}", ran.finished.stdout.text());
            let told = ran.written.into_iter().map(|(path, what)| {
                let what = match what {
                    Written::Text(text) => text.to_string(),
                    other => format!("{other:?}"),
                };
                (path.relative_to(&project.root()).unwrap(), what)
            });
            result.push(told.collect());
        }
        assert_eq!(project.everything(), before);
    }
    assert_eq!(result[0], result[1], "the second run differs, overlay");
    assert_eq!(result[2], result[3], "the second run differs, copy");
    let copy = result.swap_remove(2);
    [result.swap_remove(0), copy]
}

#[tokio::test]
async fn writes_deletions_and_renames_are_told() {
    let project = Project::new(&[
        ("same", "same"),
        ("edited", "before"),
        ("gone", "g"),
        ("folder/a", "a"),
        ("folder/b", "b"),
        ("other/c", "c"),
        ("drafted", "disk"),
        ("drafted-gone", "disk"),
        ("drafted-kept", "disk"),
    ]);
    let draft = project.with(&[
        ("drafted", "draft"),
        ("drafted-gone", "draft"),
        ("drafted-kept", "draft"),
        ("drafted-new", "draft"),
    ]);
    let script = "cat drafted drafted-new; echo after > edited; rm gone; echo more >> drafted; \
        rm drafted-gone drafted-new; mv other renamed; rm -r folder; mkdir folder; echo n > folder/n; \
        touch same; printf '\\377' > bytes; mkdir -p target/debug; echo x > target/debug/x; \
        mkdir -p .git; echo x > .git/config";
    let [overlay, copy] = written(&project, &draft, script).await;
    let expected: BTreeMap<String, String> = [
        ("bytes", "Bytes"),
        ("drafted", "draftmore\n"),
        ("drafted-gone", "Gone"),
        ("drafted-new", "Gone"),
        ("edited", "after\n"),
        ("folder/a", "Gone"),
        ("folder/b", "Gone"),
        ("folder/n", "n\n"),
        ("gone", "Gone"),
        ("other/c", "Gone"),
        ("renamed/c", "c"),
    ]
    .map(|(name, text)| (name.to_owned(), text.to_owned()))
    .into();
    assert_eq!(overlay, expected);
    assert_eq!(copy, expected);
}

#[tokio::test]
async fn links_of_a_program_lead_nowhere() {
    let project = Project::new(&[("src/lib.rs", ""), ("outside/victim", "v")]);
    let confined = Confined::new(project.config(Wall::Best));
    let program = |script: &str| Program {
        name: "sh".into(),
        arguments: vec!["-ec".into(), script.into()],
        folder: project.path(""),
        variables: Vec::new(),
        timeout: Duration::from_secs(60),
        merge_stderr: true,
    };
    // It puts links to a folder of the user's where the server will write the draft.
    let trap = format!("rm -r src; ln -s {} src", project.path("outside").display());
    let draft = project.with(&[("src/victim", "from the draft")]);
    for _ in 0..2 {
        within(confined.run(&draft, &program(&trap), &CancellationToken::new())).await.unwrap();
    }
    assert_eq!(fs::read_to_string(project.path("outside/victim")).unwrap(), "v");
}
