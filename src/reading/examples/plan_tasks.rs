//! Prints what is read of a plan, a task and a target a line, for a look by eye.

use xushi_domain::TextEnum as _;
use xushi_reading::plan::proposal::ProposedTarget;
use xushi_reading::{document, plan};

fn show(indent: &str, targets: &[ProposedTarget]) {
    for proposed in targets {
        let target = &proposed.target;
        println!(
            "{indent}* {} | {} | {} | {:?}..{:?} {} | {}",
            target.indicator,
            target.kind,
            target.comparator.map_or("-", |comparator| comparator.as_str()),
            target.value.map(|value| value.to_string()),
            target.value_hi.map(|value| value.to_string()),
            target.unit,
            proposed.phrase,
        );
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("which file?")?;
    let document = document::read(&std::fs::read(file)?)?;
    let start = std::time::Instant::now();
    let plan = plan::read(&document);
    println!(
        "# {:?} {:?} {:?} {:?} in {:?}",
        plan.name,
        plan.doc_no,
        plan.issuer,
        plan.issued_on,
        start.elapsed()
    );
    show("", &plan.aims);
    for part in &plan.parts {
        println!("== {}", part.name);
        show("", &part.aims);
        for task in &part.tasks {
            println!(
                "- {:?} / {} | 牵头 {:?} | 配合 {:?} | {}",
                task.section, task.name, task.lead, task.support, task.open
            );
            show("    ", &task.targets);
        }
        if let Some(force) = &part.task_force {
            println!("  force {force:?}");
        }
    }
    for unread in &plan.unread {
        println!("? {} | {} | {}", unread.text, unread.place, unread.why);
    }
    Ok(())
}
