#!/usr/bin/env python3
"""Write the ADaM-named data sets of this trial from the published patient table.

Input:  source/patients.csv (described in source/README.md)
Output: data/adsl.csv, data/adtte.csv, data/adrs.csv

Run `python3 convert.py` in any directory. The same table gives the same bytes.
Numbers are copied as text, so every published digit is kept. What the table does
not hold stays blank. A value this script does not know stops it before anything
is written, with the subject and the column.
"""

import csv
import io
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
STUDYID = "NCT05168423"
PRODUCT = "CART-EGFR-IL13Ra2"

# Published dose level -> (dose level index of the protocol, number of cells of that level).
DOSE_LEVELS = {"-1": ("1", "5000000"), "1": ("2", "10000000"), "2": ("3", "25000000")}

SOURCE_COLUMNS = [
    "SUBJID", "DOSE_LEVEL", "DOSE_CELLS", "DOSE_CLASS", "RESPONDER", "PFS_months",
    "OS_months", "PFS_event", "MAX_REGRESSION_PCT", "PRE_TUMOR_VOL_MM3",
]
ADSL_COLUMNS = [
    "STUDYID", "USUBJID", "SUBJID", "TRT01P", "TRT01A", "DOSELVL", "DOSELBL",
    "DOSEACT", "DOSEU", "SAFFL",
]
ADTTE_COLUMNS = [
    "STUDYID", "USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALU", "CNSR", "EVNTDESC", "CNSDTDSC",
]
ADRS_COLUMNS = ["STUDYID", "USUBJID", "PARAMCD", "PARAM", "AVAL", "AVALC", "AVALU"]


class BadTable(Exception):
    """The published table holds something this conversion does not know."""


def choose(row, column, meanings):
    """The meaning of a coded value; an unknown code stops the conversion."""
    if row[column] not in meanings:
        known = ", ".join(meanings)
        raise BadTable(f"{row['SUBJID']}: {column} is {row[column]!r}, expected one of {known}")
    return meanings[row[column]]


def number(row, column, lowest):
    """The published text of a number, checked to be one and not below `lowest`."""
    text = row[column]
    try:
        value = float(text)
    except ValueError:
        raise BadTable(f"{row['SUBJID']}: {column} is {text!r}, expected a number") from None
    if not lowest <= value < float("inf"):
        raise BadTable(f"{row['SUBJID']}: {column} is {text}, expected at least {lowest}")
    return text


def identity(row):
    return {"STUDYID": STUDYID, "USUBJID": f"{STUDYID}-{row['SUBJID']}"}


def adsl(row):
    index, cells = choose(row, "DOSE_LEVEL", DOSE_LEVELS)
    if row["DOSE_CELLS"] != cells:
        raise BadTable(
            f"{row['SUBJID']}: DOSE_CELLS is {row['DOSE_CELLS']}, "
            f"but dose level {row['DOSE_LEVEL']} is {cells} cells"
        )
    treatment = f"{PRODUCT} {cells} cells"
    return {
        **identity(row),
        "SUBJID": row["SUBJID"],
        "TRT01P": treatment,
        "TRT01A": treatment,
        "DOSELVL": index,
        "DOSELBL": row["DOSE_LEVEL"],
        "DOSEACT": cells,
        "DOSEU": "cells",
        "SAFFL": "Y",
    }


def adtte(row):
    months = {**identity(row), "AVALU": "MONTHS"}
    # The published flag counts events; CNSR counts censorings.
    cnsr, event, censoring = choose(
        row,
        "PFS_event",
        {
            "1": ("0", "PROGRESSION OR DEATH", ""),
            "0": ("1", "CENSORED", "REASON NOT PUBLISHED"),
        },
    )
    pfs = {
        **months,
        "PARAMCD": "PFS",
        "PARAM": "Progression-Free Survival (months)",
        "AVAL": number(row, "PFS_months", 0),
        "CNSR": cnsr,
        "EVNTDESC": event,
        "CNSDTDSC": censoring,
    }
    # Whether the subject died at OS_months or was last known alive then is not published.
    os = {
        **months,
        "PARAMCD": "OS",
        "PARAM": "Overall Survival (months)",
        "AVAL": number(row, "OS_months", 0),
        "CNSR": "",
        "EVNTDESC": "",
        "CNSDTDSC": "",
    }
    if float(os["AVAL"]) < float(pfs["AVAL"]):
        raise BadTable(f"{row['SUBJID']}: OS_months is before PFS_months")
    return [pfs, os]


def adrs(row):
    responder_class = {
        **identity(row),
        "PARAMCD": "RESPCLAS",
        "PARAM": "Responder Class as Published",
        "AVAL": "",
        "AVALC": choose(row, "RESPONDER", {"True": "Y", "False": "N"}),
        "AVALU": "",
    }
    measured = row["MAX_REGRESSION_PCT"] != "not measurable"
    best_change = {
        **identity(row),
        "PARAMCD": "PCHGBST",
        "PARAM": "Best Percent Change of Tumour Size",
        # A tumour cannot shrink by more than all of itself.
        "AVAL": number(row, "MAX_REGRESSION_PCT", -100) if measured else "",
        "AVALC": "" if measured else "NOT MEASURABLE",
        "AVALU": "%",
    }
    return [responder_class, best_change]


def read_table(path):
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, restkey="extra", restval=None)
        if reader.fieldnames != SOURCE_COLUMNS:
            raise BadTable(f"{path.name}: columns are {reader.fieldnames}, expected {SOURCE_COLUMNS}")
        rows = list(reader)
    subjects = [row["SUBJID"] for row in rows]
    if not rows or len(set(subjects)) != len(subjects):
        raise BadTable(f"{path.name}: no rows, or a subject appears twice")
    for row in rows:
        if "extra" in row or None in row.values():
            raise BadTable(f"{row['SUBJID']}: the row does not have {len(SOURCE_COLUMNS)} fields")
    return rows


def csv_text(columns, rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def main():
    try:
        table = read_table(HERE / "source" / "patients.csv")
        datasets = {
            "adsl.csv": csv_text(ADSL_COLUMNS, [adsl(row) for row in table]),
            "adtte.csv": csv_text(ADTTE_COLUMNS, [made for row in table for made in adtte(row)]),
            "adrs.csv": csv_text(ADRS_COLUMNS, [made for row in table for made in adrs(row)]),
        }
    except (BadTable, OSError) as problem:
        sys.exit(f"convert.py: {problem}")
    out = HERE / "data"
    out.mkdir(exist_ok=True)
    for name, text in datasets.items():
        (out / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
