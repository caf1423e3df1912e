#!/usr/bin/env python3
"""Reads exported datasets back with the readers others use, and compares them with each other.

A folder of exports is made in every format, then read: SAS XPORT by pyreadstat, pandas and R's haven; Parquet by pyarrow,
Dataset-JSON and define.xml by odmlib. Values, labels and formats of every dataset must agree with the CSV, with the descriptions in
Dataset-JSON, and with define.xml. Another version of haven, or none, ends it; `--without-haven` leaves haven out, and says so.

    apt-get install r-cran-haven
    python3 -m venv /tmp/readback && /tmp/readback/bin/pip install -r scripts/readback.txt
    /tmp/readback/bin/python scripts/readback.py target/debug/tercel trials/il1rap-hcc
"""

import csv
import datetime
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas
import pyarrow.parquet
import pyreadstat
from odmlib import define_loader, loader
from odmlib.dataset_json_1_1 import DatasetJSON

FORMATS = {"csv": "csv", "dataset-json": "json", "ndjson": "ndjson", "xpt": "xpt", "parquet": "parquet"}
HAVEN = "2.5.1"
EPOCH = datetime.datetime(1960, 1, 1)


def main():
    by_haven = "--without-haven" not in sys.argv
    program, trial = [word for word in sys.argv[1:] if word != "--without-haven"]
    if by_haven:
        require_haven()
    wrong, datasets, cells = [], 0, 0
    with tempfile.TemporaryDirectory() as folder:
        for target in ("sdtm", "adam"):
            for name in FORMATS:
                command = [program, "export", trial, "--to", target, "--format", name]
                subprocess.run([*command, "--out", f"{folder}/{target}-{name}"], check=True, stdout=subprocess.DEVNULL)
            if by_haven:
                script = Path(__file__).with_suffix(".R")
                subprocess.run(["Rscript", script, f"{folder}/{target}-xpt"], check=True)
            for path in sorted(Path(f"{folder}/{target}-csv").glob("*.csv")):
                count, found = compare(folder, target, path.stem)
                datasets, cells = datasets + 1, cells + count
                wrong += [f"{target} {path.stem}: {what}" for what in found]
        command = [program, "export", trial, "--to", "define", "--format", "xpt", "--out", f"{folder}/define"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        for target in ("sdtm", "adam"):
            wrong += described(folder, target)
    print("\n".join(wrong[:50]) or "no difference")
    haven = f"haven {HAVEN} too" if by_haven else "NOT READ BY HAVEN"
    print(f"{datasets} datasets, {cells} cells, each in five formats ({haven}); {len(wrong)} differences")
    return 1 if wrong else 0


def require_haven():
    """Ends the program unless R has the version of haven that is meant."""
    ask = 'cat(as.character(packageVersion("haven")))'
    try:
        found = subprocess.run(["Rscript", "-e", ask], capture_output=True, text=True).stdout or "no haven"
    except FileNotFoundError:
        found = "no R"
    if found != HAVEN:
        sys.exit(f"haven {HAVEN} is needed (Debian 12: apt-get install r-cran-haven), here is {found}; or give --without-haven")


def compare(folder, target, name):
    path = lambda kind: f"{folder}/{target}-{kind}/{name}.{FORMATS[kind]}"
    with open(path("csv"), newline="", encoding="utf-8") as file:
        header, *rows = list(csv.reader(file))
    document = DatasetJSON.read_json(path("dataset-json")).to_dict()
    columns = document["columns"]
    if [column["name"] for column in columns] != header:
        return 0, ["the columns of Dataset-JSON are not those of CSV"]
    frame = pandas.DataFrame(rows, columns=header)
    wrong = []

    def same(kind, found, labels):
        for column in columns:
            variable = column["name"]
            if labels is not None and labels.get(variable) != column["label"]:
                wrong.append(f"{kind}: label of {variable} is {labels.get(variable)!r}")
            for row, (expected, actual) in enumerate(zip(frame[variable], found[variable], strict=True)):
                if not equal(column, expected, actual):
                    wrong.append(f"{kind}: {variable} of row {row + 1} is {actual!r}, not {expected!r}")

    listed = lambda rows: {header[at]: [row[at] for row in rows] for at in range(len(header))}
    same("dataset-json", listed(document["rows"]), None)
    lines = DatasetJSON.read_ndjson(path("ndjson")).to_dict()
    if lines["columns"] != columns or lines["records"] != len(rows) != len(lines["rows"]):
        wrong.append("ndjson: the first line differs from the document")
    same("ndjson", listed(lines["rows"]), None)

    data, meta = pyreadstat.read_xport(path("xpt"), disable_datetime_conversion=True)
    same("pyreadstat", data, meta.column_names_to_labels)
    if meta.file_label != document["label"]:
        wrong.append(f"pyreadstat: the label is {meta.file_label!r}")
    for column in columns:
        kept = meta.original_variable_types.get(column["name"]) or ""
        if column.get("displayFormat", "").rstrip(".") not in (kept.rstrip("."), ""):
            wrong.append(f"pyreadstat: the format of {column['name']} is {kept!r}")
    read_by_haven = Path(path("xpt") + ".csv")
    if read_by_haven.exists():
        with open(path("xpt") + ".names.csv", newline="", encoding="utf-8") as file:
            names = {row["name"]: row for row in csv.DictReader(file)}
        with open(read_by_haven, newline="", encoding="utf-8") as file:
            _, *values = list(csv.reader(file))
        same("haven", listed([[number(column, text) for column, text in zip(columns, row)] for row in values]), {
            name: row["label"] for name, row in names.items()
        })
        for column in columns:
            kept = names[column["name"]]["format"]
            if column.get("displayFormat", "").rstrip(".") not in (kept.rstrip("."), ""):
                wrong.append(f"haven: the format of {column['name']} is {kept!r}")
    # pandas refuses a file without rows.
    if rows:
        same("pandas", pandas.read_sas(path("xpt"), format="xport", encoding="utf-8"), None)

    table = pyarrow.parquet.read_table(path("parquet"))
    said = {key.decode(): value.decode() for key, value in (table.schema.metadata or {}).items()}
    same("pyarrow", {column: table[column].to_pylist() for column in header}, {
        column: said.get(f"label.{column}") for column in header
    })
    if said.get("label") != document["label"]:
        wrong.append("pyarrow: the label differs")
    return len(rows) * len(header), wrong


def described(folder, target):
    """Whether define.xml has the datasets, variables, labels and keys of the Dataset-JSON files, by their identifiers."""
    reader = loader.ODMLoader(define_loader.XMLDefineLoader(model_package="define_2_1", ns_uri="http://www.cdisc.org/ns/def/v2.1"))
    reader.open_odm_document(f"{folder}/define/define-{target}.xml")
    version = reader.MetaDataVersion()
    items = {item.OID: item for item in version.ItemDef}
    wrong = []
    files = {path.stem.upper(): path for path in Path(f"{folder}/{target}-dataset-json").glob("*.json")}
    if sorted(files) != sorted(group.Name for group in version.ItemGroupDef):
        wrong.append(f"define {target}: other datasets than there are files")
    for group in version.ItemGroupDef:
        document = DatasetJSON.read_json(str(files[group.Name])).to_dict()
        if document["metaDataVersionOID"] != version.OID or document["itemGroupOID"] != group.OID:
            wrong.append(f"define {target}: {group.Name} is named otherwise")
        if [item.ItemOID for item in group.ItemRef] != [column["itemOID"] for column in document["columns"]]:
            wrong.append(f"define {target}: {group.Name} has other variables")
            continue
        for reference, column in zip(group.ItemRef, document["columns"], strict=True):
            item = items[reference.ItemOID]
            label = item.Description.TranslatedText[0]._content
            if (item.Name, label) != (column["name"], column["label"]):
                wrong.append(f"define {target}: {group.Name}.{column['name']} is {item.Name}, {label!r}")
            if (reference.KeySequence or None) != column.get("keySequence"):
                wrong.append(f"define {target}: {group.Name}.{column['name']} has key {reference.KeySequence}")
    return wrong


def number(column, text):
    """What haven read: a number where the column is numeric in a transport file."""
    return float(text) if text and column["dataType"] in ("integer", "double", "date", "datetime") and is_number(text) else text


def is_number(text):
    try:
        float(text)
    except ValueError:
        return False
    return True


def equal(column, expected, actual):
    """Whether a value that a reader gives is the text of the CSV."""
    missing = actual is None or actual == "" or (isinstance(actual, float) and math.isnan(actual))
    if expected == "" or missing:
        return expected == "" and missing
    kind = column["dataType"]
    if kind in ("integer", "double"):
        # pandas reads the zero of a transport file as 5.4e-79.
        return math.isclose(float(expected), float(actual), rel_tol=1e-14, abs_tol=1e-70)
    if kind in ("date", "datetime"):
        stated = datetime.datetime.fromisoformat(expected)
        if isinstance(actual, str):
            return stated == datetime.datetime.fromisoformat(actual)
        if isinstance(actual, (float, int)):
            unit = "days" if kind == "date" else "seconds"
            return stated == EPOCH + datetime.timedelta(**{unit: float(actual)})
        return stated == datetime.datetime.fromisoformat(actual.isoformat()) if kind == "datetime" else (
            stated.date().isoformat() == actual.isoformat()[:10]
        )
    return expected == actual


if __name__ == "__main__":
    sys.exit(main())
