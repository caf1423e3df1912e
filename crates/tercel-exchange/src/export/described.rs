//! A define.xml held against the files it describes.

use std::collections::BTreeMap;

use roxmltree::{Document, Node};
use serde::Deserialize;
use serde::de::IgnoredAny;
use tercel::language::{Words, both};

use super::checks::{Check, of_file};
use super::write::parquet;
use crate::format::{delimited, read_datasets, xport};
use crate::table::{Table, TableError};

/// What a file says of itself; `None` where its format has no word for it.
pub(crate) struct Described {
    pub(crate) label: Option<String>,
    pub(crate) columns: Vec<Column>,
}

/// A variable as a file describes it.
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) label: Option<String>,
    pub(crate) numeric: Option<bool>,
    pub(crate) length: Option<usize>,
    pub(crate) key: Option<usize>,
}

/// A file of datasets read again, of any format that is written.
pub(super) fn read_back(file: &str, bytes: &[u8]) -> Result<Vec<Table>, TableError> {
    if bytes.starts_with(parquet::MAGIC) {
        return parquet::read(file, bytes).map(|table| vec![table]);
    }
    read_datasets(file, bytes)
}

fn describe(file: &str, bytes: &[u8]) -> Result<Described, TableError> {
    if bytes.starts_with(parquet::MAGIC) {
        return parquet::describe(bytes);
    }
    if bytes.starts_with(xport::MAGIC) {
        return xport::describe(bytes);
    }
    if bytes.starts_with(b"{") {
        return of_json(bytes);
    }
    let columns = delimited::read(file, bytes)?;
    let columns = columns.columns().iter().map(|name| Column {
        name: name.clone(),
        label: None,
        numeric: None,
        length: None,
        key: None,
    });
    let columns = columns.collect();
    Ok(Described { label: None, columns })
}

/// The members of a Dataset-JSON document, or of the first line of its lines, that describe it.
#[derive(Deserialize)]
struct OfJson {
    #[serde(default)]
    label: String,
    columns: Vec<ColumnOfJson>,
    #[serde(default, rename = "rows")]
    _rows: IgnoredAny,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ColumnOfJson {
    name: String,
    #[serde(default)]
    label: String,
    data_type: String,
    length: Option<usize>,
    key_sequence: Option<usize>,
}

fn of_json(bytes: &[u8]) -> Result<Described, TableError> {
    let mut documents = serde_json::Deserializer::from_slice(bytes).into_iter::<OfJson>();
    let described = documents.next().transpose();
    let described = described.ok().flatten();
    let described =
        described.ok_or_else(|| TableError::NotDatasetJson("it does not describe its columns".to_owned()))?;
    let columns = described.columns.into_iter().map(|column| Column {
        name: column.name,
        label: Some(column.label),
        numeric: Some(column.data_type != "string"),
        length: column.length,
        key: column.key_sequence,
    });
    Ok(Described {
        label: Some(described.label),
        columns: columns.collect(),
    })
}

/// Datasets and variables of a define.xml against the files it names, and these against it: names and their order, labels, types, lengths
/// and keys as each format holds them, and no value longer than its variable.
pub fn check_described(file: &str, define: &[u8], files: &[(&str, &[u8])]) -> Check {
    let mut check = Check {
        what: "Every dataset and variable of define.xml is in the files as it is described, and every one of the files in define.xml",
        by: "Define-XML 2.1 and the descriptions in the files".to_owned(),
        looked_at: String::new(),
        findings: Vec::new(),
    };
    let text = std::str::from_utf8(define).unwrap_or_default();
    let Ok(xml) = Document::parse(text) else {
        // That it is no XML is another check's finding.
        return check;
    };
    let named = |tag: &'static str| xml.descendants().filter(move |node| node.tag_name().name() == tag);
    let items: BTreeMap<&str, Node<'_, '_>> = named("ItemDef")
        .filter_map(|node| Some((node.attribute("OID")?, node)))
        .collect();
    let mut known: BTreeMap<&str, &[u8]> = files.iter().copied().collect();
    let mut looked = 0;
    for group in named("ItemGroupDef") {
        let href = children(group, "leaf").find_map(|leaf| leaf.attributes().find(|one| one.name() == "href"));
        let href = href.map_or("", |one| one.value());
        let Some(bytes) = known.remove(href) else {
            let said = both!(
                "there is no file \"{href}\", which it names",
                "没有其所指的文件“{href}”"
            );
            check.findings.push(of_file(file, said));
            continue;
        };
        let mut references: Vec<Node<'_, '_>> = children(group, "ItemRef").collect();
        references.sort_by_key(|one| number(*one, "OrderNumber"));
        looked += references.len();
        let found = Group {
            node: group,
            references: &references,
            items: &items,
        };
        check.findings.extend(
            found
                .held_against(href, bytes)
                .into_iter()
                .map(|said| of_file(href, said)),
        );
    }
    for left in known.keys() {
        let said = both!("{file} does not describe it", "{file}未描述该文件");
        check.findings.push(of_file(left, said));
    }
    check.looked_at = format!("{looked} variables of {} files in {file}", files.len());
    check
}

fn children<'x>(node: Node<'x, 'x>, tag: &'static str) -> impl Iterator<Item = Node<'x, 'x>> {
    node.children().filter(move |child| child.tag_name().name() == tag)
}

fn number(node: Node<'_, '_>, attribute: &str) -> Option<usize> {
    node.attribute(attribute)?.parse().ok()
}

fn description<'x>(node: Node<'x, 'x>) -> &'x str {
    let text = children(node, "Description").find_map(|one| children(one, "TranslatedText").next());
    text.and_then(|one| one.text()).unwrap_or_default().trim()
}

/// A dataset as a define.xml describes it.
struct Group<'x> {
    node: Node<'x, 'x>,
    references: &'x [Node<'x, 'x>],
    items: &'x BTreeMap<&'x str, Node<'x, 'x>>,
}

impl Group<'_> {
    fn held_against(&self, file: &str, bytes: &[u8]) -> Vec<Words> {
        let read = describe(file, bytes).and_then(|described| Ok((described, read_back(file, bytes)?)));
        let (described, tables) = match read {
            Ok(read) => read,
            Err(why) => return vec![both!("{why}", "无法读回：{why}")],
        };
        let mut found = Vec::new();
        let label = description(self.node);
        if let Some(other) = described.label.filter(|other| other != label) {
            found.push(differs("the label of the dataset", "数据集标签", label, &other));
        }
        let items = self
            .references
            .iter()
            .filter_map(|one| Some((one, self.items.get(one.attribute("ItemOID")?)?)));
        let items: Vec<_> = items
            .map(|(reference, item)| (*reference, *item, item.attribute("Name").unwrap_or_default()))
            .collect();
        let [there, said]: [Vec<&str>; 2] = [
            described.columns.iter().map(|column| column.name.as_str()).collect(),
            items.iter().map(|(.., name)| *name).collect(),
        ];
        if there != said {
            found.push(differs(
                "its variables in order",
                "变量及顺序",
                &said.join(" "),
                &there.join(" "),
            ));
        }
        for (reference, item, name) in items {
            if let Some(column) = described.columns.iter().find(|column| column.name == name) {
                found.extend(variable(column, reference, item));
            }
            found.extend(tables.first().and_then(|table| longer(table, item, name)));
            found.extend(tables.first().and_then(|table| without_value(table, reference, name)));
        }
        found
    }
}

/// A variable that has values and is described as one that has none, or the other way round.
fn without_value(table: &Table, reference: Node<'_, '_>, name: &str) -> Option<Words> {
    let said = reference.attributes().any(|one| one.name() == "HasNoData");
    let there = table.is_blank(table.column(name)?);
    match (said, there) {
        (true, false) => Some(both!(
            "define.xml says that {name} has no value, and the file has some",
            "define.xml称{name}无取值，而文件中有"
        )),
        (false, true) => Some(both!(
            "no row of the file has a value of {name}, and define.xml does not say so",
            "文件中{name}全部为空，而define.xml未注明"
        )),
        (true, true) | (false, false) => None,
    }
}

fn differs(en: &str, zh: &str, said: &str, there: &str) -> Words {
    both!(
        "{en}: define.xml has \"{said}\", the file \"{there}\"",
        "{zh}：define.xml为“{said}”，文件为“{there}”"
    )
}

fn variable(column: &Column, reference: Node<'_, '_>, item: Node<'_, '_>) -> Vec<Words> {
    let mut found = Vec::new();
    let name = &column.name;
    let mut hold = |en: &str, zh: &str, said: String, there: Option<String>| {
        if let Some(there) = there.filter(|there| *there != said) {
            found.push(differs(
                &format!("{en} of {name}"),
                &format!("{name}的{zh}"),
                &said,
                &there,
            ));
        }
    };
    hold("the label", "标签", description(item).to_owned(), column.label.clone());
    let data_type = item.attribute("DataType").unwrap_or_default();
    let word = |numeric: bool| if numeric { "number" } else { "text" }.to_owned();
    let is_number = matches!(data_type, "integer" | "float");
    hold("the type", "类型", word(is_number), column.numeric.map(word));
    if let (false, Some(length)) = (is_number, number(item, "Length")) {
        hold(
            "the length",
            "长度",
            length.to_string(),
            column.length.map(|one| one.to_string()),
        );
    }
    if let Some(key) = column.key {
        let said = number(reference, "KeySequence").map_or_else(String::new, |place| place.to_string());
        hold("the place among the keys", "键顺序", said, Some(key.to_string()));
    }
    found
}

/// The longest text of a variable where it is longer than its description says.
fn longer(table: &Table, item: Node<'_, '_>, name: &str) -> Option<Words> {
    let length = number(item, "Length").filter(|_| item.attribute("DataType") == Some("text"))?;
    let at = table.column(name)?;
    let longest = (0..table.len()).map(|row| table.cell(row, at).len()).max()?;
    let more = || {
        both!(
            "{name} has a text of {longest} bytes and a length of {length} in define.xml",
            "{name}有{longest}字节的文本，而define.xml中长度为{length}"
        )
    };
    (longest > length).then(more)
}
