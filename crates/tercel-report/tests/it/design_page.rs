//! Pages about designs: pathways, comparison, description.

use tercel::design::{self, Boin, IntervalDesign, Plan, Settings, Target, parse_outcomes, pathways};
use tercel::exact::{Limit, Scenario, assess, average_of, standard_scenarios};
use tercel::report::design_page::{
    Compared, Comparison, Description, PathFigure, PathKind, comparison_page, description_page, pathways_page,
};
use tercel_report::{render_design_page, render_pathways};

use super::markup;

const LIMIT: Limit = Limit { bytes: 1 << 28 };

fn target() -> Target {
    Target::new(0.3).expect("a target")
}

fn boin(max_n: u32) -> IntervalDesign {
    IntervalDesign::new(Boin::new(target()).boundaries(max_n).expect("a table"))
}

#[test]
fn pathways_are_read_without_colour_and_every_course_has_its_reason() {
    let design = boin(30);
    let plan = Plan::new(&design, 3, 3, Some(18));
    let so_far = parse_outcomes("1NNN 2NNT").expect("outcomes");
    let tree = pathways(&plan, &so_far, 2).expect("a tree");
    let svg = render_pathways(&PathFigure::new("BOIN", &tree));
    markup::check(&svg);
    for part in [
        "<title",
        "<desc",
        "role=\"img\"",
        ">1NNN 2NNT<",
        ">Cohort 3<",
        ">Cohort 4<",
    ] {
        assert!(svg.contains(part), "{part} is not in {svg}");
    }
    for kind in [PathKind::Escalate, PathKind::Stay, PathKind::DeEscalate] {
        assert!(svg.contains(&format!(">{}</text>", kind.letter())), "{kind:?}");
        assert!(svg.contains(&format!(">{}</text>", kind.name())), "{kind:?}");
    }
    let html = render_design_page(&pathways_page("BOIN", Vec::new(), &tree));
    let document = markup::check(&html);
    assert!(document.scripts.is_empty());
    for child in &tree.children {
        assert!(html.contains(&child.notation()) && html.contains(&child.decision.because.to_string()));
    }
}

#[test]
fn a_comparison_has_every_design_and_says_why_one_is_left_out() {
    let scenarios = standard_scenarios(target(), 2);
    let design = boin(12);
    let plan = Plan::new(&design, 2, 3, Some(12));
    let assessment = assess(&plan, &scenarios, LIMIT, &mut |_, _| true).expect("it is small");
    let compared = |(place, entry): (usize, &'static design::DesignEntry)| Compared {
        entry,
        options: vec![("target".to_owned(), "0.3".to_owned())],
        assessment: if place == 0 {
            Err("it has <no> end".to_owned())
        } else {
            Ok(assessment.clone())
        },
        averaged: average_of(&assessment.assessed, &[1.0; 4]).filter(|_| place > 0),
    };
    let comparison = Comparison {
        trial: Some("T & U".to_owned()),
        labels: vec!["low".to_owned(), "high".to_owned()],
        target: target(),
        facts: Vec::new(),
        notes: vec!["A note.".to_owned()],
        standard: scenarios.len(),
        scenarios,
        designs: design::ALL.iter().enumerate().map(compared).collect(),
    };
    let html = render_design_page(&comparison_page(&comparison));
    markup::check(&html);
    assert!(html.contains("is left out: it has &lt;no&gt; end."));
    for entry in design::ALL.iter().skip(1) {
        let rows = html.matches(&format!("<th scope=\"row\">{}</th>", entry.title)).count();
        // The options, the overview, the averages, and two tables under each of the four curves.
        assert_eq!(rows, 3 + 2 * 4, "{}", entry.title);
    }
}

#[test]
fn a_description_has_the_decision_table_the_formulas_and_the_references() {
    let settings = Settings {
        target: Some(0.3),
        ..Settings::default()
    };
    let design = boin(12);
    let plan = Plan::new(&design, 2, 3, Some(12));
    let scenarios: Vec<Scenario> = standard_scenarios(target(), 2);
    let assessment = assess(&plan, &scenarios, LIMIT, &mut |_, _| true).expect("it is small");
    let paths = pathways(&plan, &[], 2).expect("a tree");
    let entry = design::find("boin").expect("it is there");
    let rows = settings.table(entry.name, 12).expect("a table");
    let html = render_design_page(&description_page(&Description {
        entry,
        settings: &settings,
        facts: vec![("Design".to_owned(), "BOIN".to_owned())],
        conduct: Vec::new(),
        table: Some(rows),
        paths: Some(&paths),
        target: target(),
        scenarios: &scenarios,
        assessment: &assessment,
        version: "0.0.0",
    }));
    let document = markup::check(&html);
    // liu2015boin, boundaries at 0.3: of six subjects escalate at 1, de-escalate at 3, close at 4.
    assert!(html.contains("<th scope=\"row\">6</th><td>≤ 1</td><td>≥ 3</td><td>≥ 4</td>"));
    assert!(
        document.text.contains("λe = 0.2365 and λd = 0.3585"),
        "{}",
        document.text
    );
    for part in [
        "<math",
        "<mfrac>",
        "Journal of the Royal Statistical Society",
        "no Monte Carlo error",
        "tercel 0.0.0",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(html.contains("A4 portrait"));
}
