//! Curves as JSON text: `{"kind":"linear_months"}`, `{"kind":"nodes","nodes":[{"on":"2025-06-30","fraction":"0.5"}]}`.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::StoreError;
use xushi_domain::{Curve, Node};

/// A curve as it is stored; the domain knows no wire format.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Stored {
    LinearMonths,
    LinearDays,
    LastYear,
    MeanYears { years: u32 },
    Nodes { nodes: Vec<StoredNode> },
}

#[derive(Serialize, Deserialize)]
struct StoredNode {
    on: NaiveDate,
    fraction: String,
}

/// The text of the commonest curve; reading it back takes no parsing.
const LINEAR_MONTHS: &str = r#"{"kind":"linear_months"}"#;

/// Reads a stored curve.
///
/// # Errors
/// `Corrupt` when it is not one.
pub fn read(text: &str) -> Result<Curve, StoreError> {
    if text == LINEAR_MONTHS {
        return Ok(Curve::LinearMonths);
    }
    let corrupt = || StoreError::Corrupt(format!("curve `{text}`"));
    Ok(match serde_json::from_str(text).map_err(|_| corrupt())? {
        Stored::LinearMonths => Curve::LinearMonths,
        Stored::LinearDays => Curve::LinearDays,
        Stored::LastYear => Curve::LastYear,
        Stored::MeanYears { years } => Curve::mean_years(years)?,
        Stored::Nodes { nodes } => {
            let node = |stored: StoredNode| {
                let fraction = Decimal::from_str_exact(&stored.fraction).map_err(|_| corrupt())?;
                Ok(Node { on: stored.on, fraction })
            };
            Curve::nodes(nodes.into_iter().map(node).collect::<Result<_, StoreError>>()?)?
        }
    })
}

/// Writes a curve.
pub fn write(curve: &Curve) -> String {
    let stored = match curve {
        Curve::LinearMonths => Stored::LinearMonths,
        Curve::LinearDays => Stored::LinearDays,
        Curve::LastYear => Stored::LastYear,
        Curve::MeanYears(years) => Stored::MeanYears { years: *years },
        Curve::Nodes(nodes) => Stored::Nodes {
            nodes: nodes
                .iter()
                .map(|node| StoredNode { on: node.on, fraction: node.fraction.normalize().to_string() })
                .collect(),
        },
    };
    serde_json::to_string(&stored).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_survive_the_round_trip() {
        let nodes = vec![
            Node { on: "2025-06-30".parse().unwrap(), fraction: "0.50".parse().unwrap() },
            Node { on: "2025-12-31".parse().unwrap(), fraction: Decimal::ONE },
        ];
        for curve in [
            Curve::LinearMonths,
            Curve::LinearDays,
            Curve::LastYear,
            Curve::MeanYears(3),
            Curve::nodes(nodes).unwrap(),
        ] {
            assert_eq!(read(&write(&curve)).unwrap(), curve);
        }
        assert_eq!(write(&Curve::LinearMonths), LINEAR_MONTHS);
        assert!(read("{}").is_err() && read(r#"{"kind":"nodes","nodes":[]}"#).is_err());
    }
}
