//! Several records of one form on one page: a blood sample with its results, a bedside assessment with its items. Each row
//! that is answered becomes a record; all are kept, or none.

use askama::Template;
use tercel_exchange::form::{Captured, Field, Form, Kind, Panel, Problem, Severity, check_against, form, validate};
use tercel_store::{Change, NewRecord, Record, Values};

use super::altered::{halt_with, let_go_by_new, lets_go};
use super::confirm::{asks, is_confirmed};
use super::entry::others_of;
use super::record::unit;
use super::remarks::{Remarks, remarks};
use super::sheet::{FieldView, choices, field_views, is_closed};
use super::subjects::{records_of, site_of};
use crate::ask::Ask;
use crate::capture::{ABOVE_ALL, new_record};
use crate::punctuation::{COLON, COMMA};
use crate::reply::{Fault, Reply};
use crate::role::Permission;
use crate::serve::encode;
use crate::view::View;

#[derive(Template)]
#[template(path = "panel.html")]
struct Page {
    view: View,
    title: &'static str,
    help: &'static str,
    subject: String,
    subject_link: String,
    action: String,
    fields: Vec<FieldView>,
    columns: Vec<&'static str>,
    rows: Vec<Row>,
    problems: Vec<(String, String)>,
    asks: String,
    remarks: Option<Remarks>,
}

struct Row {
    title: String,
    cells: Vec<Cell>,
}

struct Cell {
    name: String,
    label: String,
    value: String,
    choices: Vec<(String, String)>,
    /// Whether it is chosen among these alone.
    closed: bool,
    unit: Option<&'static str>,
}

fn target(ask: &Ask) -> Result<(&'static Form, Panel, String), Fault> {
    let (id, subject) = ask.rest.split_once('/').ok_or(Fault::NotFound)?;
    let form = form(id).ok_or(Fault::NotFound)?;
    let panel = form.panel.ok_or(Fault::NotFound)?;
    Ok((form, panel, subject.to_owned()))
}

/// The fields that each row asks: all but those answered once, and but the one that tells the rows apart.
fn columns(form: &Form, panel: &Panel) -> Vec<&'static Field> {
    let key = panel.rows.first().and_then(|row| row.first()).map(|(field, _)| *field);
    let asked = |field: &&Field| !panel.shared.contains(&field.id) && Some(field.id) != key && !field.only_if_asked;
    form.fields.iter().filter(asked).take(8).collect()
}

/// A problem of a row with the name of its answer in the form sent.
fn in_form((row, problem): &(usize, Problem)) -> (String, &Problem) {
    (cell_name(*row, &problem.field), problem)
}

/// What is found of no row, but of all that is entered.
const WHOLE: usize = usize::MAX;

/// The name of an answer of a row.
fn cell_name(row: usize, field: &str) -> String {
    if row == WHOLE {
        return format!("v.{field}");
    }
    format!("r{row}.{field}")
}

/// The answers of a row: shared ones, those it starts with, those given. `None` where nothing was given.
fn row_values(ask: &Ask, form: &Form, panel: &Panel, row: usize) -> Option<Values> {
    let mut values = Values::new();
    for field in panel.shared {
        let text = ask.optional(&format!("v.{field}"));
        let value = form
            .field(field)
            .map_or_else(|| text.to_owned(), |field| field.typed(text));
        values.insert((*field).to_owned(), value);
    }
    let start = panel.rows.get(row)?;
    let mut given = false;
    for (field, value) in *start {
        values.insert((*field).to_owned(), (*value).to_owned());
    }
    for field in columns(form, panel) {
        let value = field.typed(ask.optional(&cell_name(row, field.id)));
        let value = value.as_str();
        let started = start
            .iter()
            .find(|(known, _)| *known == field.id)
            .map(|(_, value)| *value);
        given |= !value.is_empty() && Some(value) != started;
        values.insert(field.id.to_owned(), value.to_owned());
    }
    values.retain(|_, value| !value.is_empty());
    given.then_some(values)
}

/// Everything of a page that was filled in, if only in part.
struct Filled {
    proposed: Vec<Values>,
    problems: Vec<(usize, Problem)>,
}

fn filled(ask: &Ask, form: &Form, panel: &Panel, others: &[Captured]) -> Filled {
    let rows = (0..panel.rows.len()).filter_map(|row| row_values(ask, form, panel, row).map(|values| (row, values)));
    let mut filled = Filled {
        proposed: Vec::new(),
        problems: Vec::new(),
    };
    for (row, values) in rows {
        let mut found = validate(form, &values, &ask.app.trial, ask.app.now());
        found.extend(check_against(form, &values, others, ask.app.now()));
        filled.problems.extend(found.into_iter().map(|problem| (row, problem)));
        filled.proposed.push(values);
    }
    filled
}

fn title_of(ask: &Ask, form: &Form, start: &[(&str, &str)]) -> String {
    let Some((field, value)) = start.first() else {
        return String::new();
    };
    let kind = form.field(field).map(|field| field.kind);
    let known = kind
        .map(|kind| choices(&kind, &ask.app.trial, ask.language))
        .unwrap_or_default();
    known
        .into_iter()
        .find(|(known, _)| known == value)
        .map_or_else(|| (*value).to_owned(), |(_, label)| label)
}

fn render(
    ask: &Ask,
    form: &'static Form,
    panel: &Panel,
    subject: &str,
    filled: Option<&Filled>,
    said: Option<Remarks>,
) -> Result<String, Fault> {
    let language = ask.language;
    let shared: Values = panel
        .shared
        .iter()
        .map(|field| ((*field).to_owned(), ask.optional(&format!("v.{field}")).to_owned()))
        .collect();
    let mut fields = field_views(ask, form, &shared);
    fields.retain(|field| panel.shared.contains(&field.id));
    let columns = columns(form, panel);
    let row = |(number, start): (usize, &&[(&'static str, &'static str)])| Row {
        title: title_of(ask, form, start),
        cells: columns
            .iter()
            .map(|field| cell(ask, form, field, number, start))
            .collect(),
    };
    let problems = filled.map(|filled| filled.problems.as_slice()).unwrap_or_default();
    let page = Page {
        view: View::of(ask),
        title: form.title.of(language),
        help: form.help.of(language),
        subject: subject.to_owned(),
        subject_link: encode(subject),
        action: ask.path.clone(),
        fields,
        columns: columns.iter().map(|field| field.label.of(language)).collect(),
        rows: panel.rows.iter().enumerate().map(row).collect(),
        asks: asks(ask, problems.iter().map(in_form)),
        problems: problems
            .iter()
            .map(|(row, problem)| {
                let sentence = problem.sentence(language);
                let name = cell_name(*row, &problem.field);
                let Some(start) = panel.rows.get(*row) else {
                    return (name, sentence);
                };
                let title = title_of(ask, form, start);
                (name, format!("{title}{}{sentence}", COLON.of(language)))
            })
            .collect(),
        remarks: said.filter(|said| !said.is_empty()),
    };
    Ok(page.render()?)
}

fn cell(ask: &Ask, form: &Form, field: &Field, row: usize, start: &[(&str, &str)]) -> Cell {
    let name = cell_name(row, field.id);
    let mut values: Values = start
        .iter()
        .map(|(field, value)| ((*field).to_owned(), (*value).to_owned()))
        .collect();
    if let Some(given) = ask.form.get(&name) {
        values.insert(field.id.to_owned(), given.clone());
    }
    let kind = field.kind.settled(&values);
    Cell {
        label: format!(
            "{}{}{}",
            title_of(ask, form, start),
            COMMA.of(ask.language),
            field.label.of(ask.language)
        ),
        value: values.get(field.id).cloned().unwrap_or_default(),
        // A number in every row but few; a word may be typed too.
        choices: if matches!(kind, Kind::Result { .. }) {
            Vec::new()
        } else {
            choices(&kind, &ask.app.trial, ask.language)
        },
        closed: is_closed(&kind),
        unit: unit(&kind, ask.language),
        name,
    }
}

async fn subject_of(ask: &Ask, subject: &str) -> Result<(Vec<Record>, Option<String>), Fault> {
    let records = records_of(ask, subject).await?;
    let site = site_of(&records);
    ask.require(Permission::Enter, site.as_deref())?;
    Ok((records, site))
}

pub(crate) async fn show(ask: Ask) -> Result<Reply, Fault> {
    let (form, panel, subject) = target(&ask)?;
    subject_of(&ask, &subject).await?;
    Ok(Reply::Page(render(&ask, form, &panel, &subject, None, None)?))
}

pub(crate) async fn save(ask: Ask) -> Result<Reply, Fault> {
    let (form, panel, subject) = target(&ask)?;
    let (records, site) = subject_of(&ask, &subject).await?;
    let mut filled = filled(&ask, form, &panel, &others_of(&ask, form, &subject).await?);
    let check = ask.optional("check");
    if !check.is_empty() {
        let proposed = filled.proposed.iter().enumerate().map(|(place, values)| Captured {
            form: form.id.to_owned(),
            subject: Some(subject.clone()),
            number: ABOVE_ALL + u32::try_from(place).unwrap_or(0),
            values: values.clone(),
        });
        let said = remarks(&ask, &records, proposed.collect()).await?;
        if check == "json" {
            return Ok(said.reply(None));
        }
        return Ok(Reply::Page(render(
            &ask,
            form,
            &panel,
            &subject,
            Some(&filled),
            Some(said),
        )?));
    }
    let _alone = ask.app.guarding.lock().await;
    let given = filled.proposed.iter();
    let new: Vec<NewRecord> = given
        .map(|values| new_record(form, Some(&subject), site.as_deref(), None, values.clone()))
        .collect();
    let let_go = let_go_by_new(&ask, &subject, &new).await?;
    filled
        .problems
        .extend(lets_go(form, &let_go).map(|problem| (0, problem)));
    let refused = filled
        .problems
        .iter()
        .any(|(_, problem)| problem.severity() == Severity::Refuses);
    let confirmed = is_confirmed(&ask, filled.problems.iter().map(in_form));
    if refused || !confirmed || filled.proposed.is_empty() {
        return rejected(&ask, form, &panel, &subject, &filled);
    }
    let halt = halt_with(&ask, form, &subject, &let_go);
    let changes: Vec<Change> = new.into_iter().map(Change::Create).chain(halt).collect();
    ask.append(Permission::Enter, site.as_deref(), &changes).await?;
    Ok(Reply::Go(format!("/subject/{}", encode(&subject))))
}

/// The page with everything that was typed, and why it was not saved.
fn rejected(ask: &Ask, form: &'static Form, panel: &Panel, subject: &str, filled: &Filled) -> Result<Reply, Fault> {
    let of_rows = filled.problems.iter();
    let of_rows = of_rows.map(|(row, problem)| (cell_name(*row, &problem.field), problem.sentence(ask.language)));
    Ok(Reply::RejectedFor {
        problems: of_rows.collect(),
        page: render(ask, form, panel, subject, Some(filled), None)?,
    })
}
