//! `tercel design paths`.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{anyhow, bail};
use serde_json::{Value, json};
use tercel::design::{Design, Pathway, Plan, parse_outcomes, pathways};
use tercel::protocol::DoseLevel;
use tercel::report::design_page::{PathFigure, pathways_page};
use tercel_report::{render_design_page, render_pathways};

use super::conduct::ConductArgs;
use super::options::DesignArgs;
use super::setup::{SizeArgs, facts, write_file};
use super::{Answer, Output};

/// Arguments of `tercel design paths`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    design: DesignArgs,
    #[command(flatten)]
    conduct: ConductArgs,
    /// Number of dose levels [default: that of the trial, skeleton or doses]
    #[arg(long, value_name = "K")]
    doses_count: Option<u8>,
    #[command(flatten)]
    size: SizeArgs,
    /// Outcomes so far, in order of treatment
    #[arg(long, value_name = "\"1NNN 2NNT\"", default_value = "")]
    outcomes: String,
    /// How many further cohorts
    #[arg(long, value_name = "D", default_value_t = 3)]
    depth: u8,
    /// Write a figure (.svg) or a page with the figure and every reason (.html)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(args: &Args, output: Output) -> anyhow::Result<Answer> {
    let entry = args.design.entry()?;
    let settings = args.design.settings()?;
    let doses = args.design.levels(args.doses_count)?;
    let so_far = parse_outcomes(&args.outcomes).map_err(|error| anyhow!("--outcomes: {error}"))?;
    let (cohort_size, max_n) = args.size.subjects(entry, args.design.protocol()?)?;
    let treated: u32 = so_far
        .iter()
        .map(|cohort| cohort.count.evaluable + cohort.count.pending)
        .sum();
    let most = treated.saturating_add(cohort_size.saturating_mul(u32::from(args.depth)));
    let design: Box<dyn Design> = settings
        .design(entry.name, doses, most.max(1))
        .map_err(|error| anyhow!("{error}"))?;
    let plan = Plan::new(design.as_ref(), doses, cohort_size, max_n);
    let plan = args.conduct.apply(plan, &args.design)?;
    let tree = pathways(&plan, &so_far, args.depth)?;
    if let Some(path) = &args.out {
        let content = match path.extension().and_then(|extension| extension.to_str()) {
            Some("svg") => render_pathways(&PathFigure::new(entry.title, &tree)),
            Some("html") => {
                let facts = facts(entry.title, args.design.target()?, &plan);
                render_design_page(&pathways_page(entry.title, facts, &tree))
            }
            Some(_) | None => bail!("--out {}: give a file that ends in .svg or .html", path.display()),
        };
        write_file(path, &content)?;
    }
    output.print(|| json!({"tree": node_json(&tree)}), || text(entry.title, &tree, args))?;
    Ok(Answer::Given)
}

fn node_json(node: &Pathway) -> Value {
    let action = node.decision.action;
    json!({
        "outcomes": node.notation(),
        "action": action.name(),
        "dose_level": action.level().map(DoseLevel::number),
        "mtd": action.mtd().map(DoseLevel::number),
        "because": node.decision.because.to_string(),
        "children": node.children.iter().map(node_json).collect::<Vec<Value>>(),
    })
}

fn text(title: &str, tree: &Pathway, args: &Args) -> String {
    if let Some(path) = &args.out {
        return format!("Pathways: {}\n", path.display());
    }
    let noun = if args.depth == 1 { "cohort" } else { "cohorts" };
    let mut page = format!(
        "{title}, the next {} {noun}: level and outcomes of each cohort (N no DLT, T DLT), then what follows\n\n",
        args.depth
    );
    let so_far = tree.notation();
    let start = if so_far.is_empty() { "start" } else { &so_far };
    let _ = writeln!(page, "{start} -> {}", tree.action());
    below(&mut page, tree, 1);
    page
}

fn below(page: &mut String, node: &Pathway, depth: usize) {
    for child in &node.children {
        let latest = child.outcomes.last().map_or_else(String::new, ToString::to_string);
        let _ = writeln!(page, "{}{latest} -> {}", "  ".repeat(depth), child.action());
        below(page, child, depth + 1);
    }
}
