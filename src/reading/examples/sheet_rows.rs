//! Prints what is read of a spreadsheet, a task or a figure a line, for a look by eye.

use xushi_domain::TextEnum as _;
use xushi_reading::sheet::{self, SheetProposal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("which file?")?;
    let bytes = std::fs::read(&file)?;
    let start = std::time::Instant::now();
    let read = sheet::read_told(&bytes, Some(&file), None)?;
    println!("# {:?} in {:?}", read.sheets, start.elapsed());
    match &read.proposal {
        SheetProposal::Plan(tasks) => {
            for task in tasks {
                let targets: Vec<String> = task.targets.iter().map(|target| target.phrase.clone()).collect();
                println!(
                    "- {:?} / {} | {:?} | {:?} | {:?} | {targets:?}",
                    task.section, task.name, task.lead, task.support, task.due
                );
            }
        }
        SheetProposal::Figures(facts) => {
            for fact in facts {
                println!(
                    "{}\t{}\t{}..{}\t{}\t{}{}\t{}\t{}\t{}",
                    fact.region,
                    fact.indicator,
                    fact.period.start.map(|day| day.to_string()).unwrap_or_default(),
                    fact.period.end,
                    fact.figure.as_str(),
                    fact.value.normalize(),
                    fact.unit,
                    fact.status.as_str(),
                    fact.against.as_deref().unwrap_or(""),
                    fact.place
                );
            }
        }
    }
    for unread in &read.refused {
        println!("?\t{}\t{}\t{}", unread.text, unread.why, unread.place);
    }
    Ok(())
}
