//! The section of cellular kinetics and the serum biomarker: tables of parameters, figures, listings by subject.

use tercel::report::Report;
use tercel::report::number::count;

use crate::figures::{Figure, figure, first_of};
use crate::html::open_section;
use crate::markup::Writer;
use crate::population::summary;
use crate::safety::listing;
use crate::{against_tumour, kinetics, profiles};

/// Writes the section.
pub(crate) fn write(out: &mut Writer, report: &Report) {
    open_section(out, report, "kinetics", "", "Cellular kinetics and serum biomarker");
    let part = &report.kinetics;
    if let Some(reason) = part.reason {
        out.leaf("p", &[], reason);
        out.close();
        return;
    }
    for sentence in &part.conventions {
        out.leaf("p", &[], sentence);
    }
    for table in &part.tables {
        summary(out, table);
    }
    for mean in &part.means {
        figure(
            out,
            &Figure {
                anchor: mean.anchor,
                title: mean.title,
                beside: format!(" ({})", mean.unit),
                svg: kinetics::draw_means(report, mean),
                reason: &mean.description,
                reading: "Geometric mean of the subjects of each dose level sampled at the planned visit, two or more; below \
                          quantification a sample counts with half the limit. A hollow mark: all were below.",
                remarks: Vec::new(),
            },
        );
    }
    let drawn = &part.profiles;
    figure(
        out,
        &Figure {
            anchor: "figure_profiles",
            title: "Transgene copies of each subject with the fitted curve",
            beside: " (copies/µg DNA)".to_owned(),
            svg: profiles::draw(report, drawn),
            reason: &drawn.description,
            reading: "Dots: samples after infusion, hollow at half the limit where below quantification. Line: the model of Stein 2019 \
                      fitted with its population as the prior; the table below has its parameters.",
            remarks: vec![first_of(drawn.panels.len(), drawn.subjects).en],
        },
    );
    let tumour = &part.against_tumour;
    let [peaks, _] = &tumour.panels;
    let (shown, of) = (peaks.points.len(), peaks.subjects);
    figure(
        out,
        &Figure {
            anchor: "figure_against_tumour",
            title: "Kinetics against the best change of the tumour",
            beside: String::new(),
            svg: against_tumour::draw(report, tumour),
            reason: &tumour.description,
            reading: "A mark for each subject, coloured by dose level: filled where a response was confirmed, a hollow diamond where \
                      none was. Dashed: −30 %. Few subjects; no line is fitted.",
            remarks: vec![first_of(shown, of).en, tumour.without.clone()],
        },
    );
    for table in &part.listings {
        out.open("details", &[("data-fold", "")]);
        out.leaf("summary", &[], &format!("{} ({})", table.title, count(table.total)));
        listing(out, report, table);
        out.close();
    }
    out.close();
}
