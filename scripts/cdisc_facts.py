#!/usr/bin/env python3
"""Makes the two CDISC data files of crates/tercel-exchange/data from publications of CDISC and NCI EVS.

usage: cdisc_facts.py SDTMIG_VARIABLES.csv SDTMIG_DATASETS.csv SDTM_CT.tsv OUT_DIR

SDTMIG_*.csv: the CDISC Library's export of SDTMIG 3.4 (names, labels, types, roles, core, codelists; no notes are taken over).
SDTM_CT.tsv: SDTM controlled terminology as NCI EVS publishes it, tab-separated.
"""

import csv
import sys

# Codelists of values that a variable has by the value of another: responses by RSTESTCD, TSVAL by TSPARMCD.
BY_VALUE = """C96785 C101815 C101816 C120988 C120989 C179943 C179944 C116107 C124304 C132314
C66732 C66735 C66736 C66737 C66739 C66785 C99076 C99077 C99078 C66742""".split()

# No variable exported has a value of these: per-weight units of pharmacokinetic parameters that are not estimated.
LEFT_OUT = "C128685 C128686 C128684 C128683".split()


def main():
    variables_file, datasets_file, terms_file, out = sys.argv[1:]
    with open(variables_file, encoding="utf-8-sig", newline="") as file:
        variables = list(csv.DictReader(file))
    with open(datasets_file, encoding="utf-8-sig", newline="") as file:
        datasets = {row["Dataset Name"]: row for row in csv.DictReader(file)}
    with open(terms_file, encoding="utf-8", newline="") as file:
        terms = list(csv.DictReader(file, delimiter="\t"))

    lists_of = lambda row: row["CDISC CT Codelist Code(s)"].replace(";", " ").replace(",", " ").split()
    published = {row["Codelist Code"] for row in terms}
    lines = [
        "# SDTMIG 3.4: datasets and variables. Source: CDISC Library export of SDTMIG v3.4 (variable metadata), (c) CDISC.",
        "# A dataset: name, class, label, structure. A variable: name, label, type, role, core, codelists or described values.",
    ]
    for domain in sorted(datasets):
        about = datasets[domain]
        lines.append("\t".join([">" + domain, about["Class"], about["Dataset Label"], about["Structure"].rstrip(".")]))
        rows = [row for row in variables if row["Dataset Name"] == domain]
        for row in sorted(rows, key=lambda row: int(row["Variable Order"])):
            values = " ".join(code for code in lists_of(row) if code not in LEFT_OUT and code in published)
            values = values or row["Described Value Domain(s)"]
            lines.append(
                "\t".join([row["Variable Name"], row["Variable Label"], row["Type"], row["Role"], row["Core"], values])
            )
    with open(f"{out}/sdtmig-3.4.tsv", "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")

    wanted = {code for row in variables for code in lists_of(row)} | set(BY_VALUE)
    wanted = (wanted & published) - set(LEFT_OUT)
    lists = {}
    for row in terms:
        lists.setdefault(row["Codelist Code"], []).append(row)
    lines = [
        "# CDISC SDTM Controlled Terminology 2025-03-28, the codelists of the variables in sdtmig-3.4.tsv.",
        "# Source and attribution: National Cancer Institute Enterprise Vocabulary Services (NCI EVS) and CDISC; free of charge.",
        "# A codelist: C-code, short name, extensible, name, then its terms: value|C-code|NCI preferred term where it differs.",
    ]
    for code in sorted(wanted, key=lambda code: int(code[1:])):
        rows = lists[code]
        head = rows[0]
        cells = [code, head["CodeName"], head["Codelist Extensible (Yes/No)"], head["Codelist Name"]]
        # A test and its code share their C-code: the name of the one decodes the other.
        paired = head["CodeName"].endswith(("TESTCD", "TEST", "PARMCD", "PARM", "TC", "TN", "TSCD", "RTS"))
        for row in rows:
            value, decode = row["CDISC Submission Value"], row["NCI Preferred Term"]
            assert "|" not in value + decode and "\t" not in value + decode, row
            same = paired or decode.lower() == value.lower()
            cells.append("|".join([value, row["Code"]] + ([] if same else [decode])))
        lines.append("\t".join(cells))
    with open(f"{out}/sdtm-ct-2025-03-28.tsv", "w", encoding="utf-8", newline="\n") as file:
        file.write("\n".join(lines) + "\n")


main()
