//! A client of the seed document's system, in JavaScript, against `task-queue serve`.

use tests::Node;

use crate::support::{LIMIT, serve};

#[test]
fn a_client_of_the_original_system_works_unchanged() {
    let Some(node) = Node::for_test() else {
        return;
    };
    let mut pages = node.program("pages.mjs", &[]).unwrap();
    let pages = pages.line_after("listening on ", LIMIT).unwrap();
    let data = tempfile::tempdir().unwrap();
    let options = ["--open", "--dispatch", "manual", "--allow", &pages];
    let (_server, url) = serve(data.path(), &options);

    let arguments = [url.as_str(), &format!("http://{pages}")];
    let mut client = node.program("seed-client.mjs", &arguments).unwrap();
    let end = client.finish(LIMIT).unwrap();
    assert!(end.status.success(), "{}: {}", end.status, end.stderr);
    let passed = end.lines.iter().filter(|line| line.starts_with("ok "));
    assert_eq!(passed.count(), STEPS, "{:#?}", end.lines);
}

/// So many steps the client has; one that stops half-way does not pass.
const STEPS: usize = 33;
