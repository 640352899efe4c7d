//! Prints the figures of a report, one a line, for a look by eye.

use xushi_domain::TextEnum as _;
use xushi_reading::{document, report};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let file = std::env::args().nth(1).ok_or("which file?")?;
    let bytes = std::fs::read(file)?;
    let document = document::read(&bytes)?;
    let start = std::time::Instant::now();
    let read = report::read(&document);
    let took = start.elapsed();
    println!(
        "# {:?} | {:?} | {:?} | {:?} | {took:?}",
        read.title, read.issuer, read.issue, read.published_on
    );
    for fact in &read.facts {
        println!(
            "{}\t{}\t{}..{}\t{}\t{}\t{}\t{}\t{}\t{}",
            fact.region,
            fact.indicator,
            fact.period.start.map(|day| day.to_string()).unwrap_or_default(),
            fact.period.end,
            fact.figure.as_str(),
            fact.value.normalize(),
            fact.unit,
            fact.status.as_str(),
            fact.against.as_deref().unwrap_or(""),
            fact.place,
        );
    }
    for unread in &read.unread {
        println!("?\t{}\t{}\t{}", unread.text, unread.why, unread.place);
    }
    Ok(())
}
