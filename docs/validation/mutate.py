#!/usr/bin/env python3
"""Switches the mechanisms of docs/validation.md off, one at a time, and says whether its test notices.

    docs/validation/mutate.py FOLDER [--only WORD] [--package NAME]

FOLDER is a scratch copy of this tree; it is made where it is not there yet, with a build folder of its own. All patches of
mutations.toml are put into the copy at once, each behind a switch that is on where TERCEL_OFF holds its number, so that one
build serves all. Each test has to pass with nothing switched off and to fail with its mechanism switched off. A patch that does
not fit its source exactly once is an error: the table follows the source. Needs Python 3.11; TERCEL_TEST_POSTGRES as for the tests.
"""

import argparse
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SECONDS = 300


def copy_tree(source: Path, patched: dict[str, str]) -> None:
    """The files of the tree as git knows them, some of them patched."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True).stdout.split(b"\0")
    for name in map(os.fsdecode, filter(None, listed)):
        old, new = ROOT / name, source / name
        if not old.is_file():
            continue
        data = patched[name].encode() if name in patched else old.read_bytes()
        # What is the same keeps its time, so that it is not built again.
        if not new.is_file() or new.read_bytes() != data:
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(data)


def patch(table: list[dict]) -> dict[str, str]:
    patched: dict[str, str] = {}
    for number, one in enumerate(table, 1):
        text = patched.get(one["file"]) or (ROOT / one["file"]).read_text()
        if text.count(one["old"]) != 1:
            sys.exit(f"{one['name']}: the patch fits {text.count(one['old'])} times in {one['file']}")
        switch = f'(std::env::var("TERCEL_OFF").as_deref() == Ok("{number}"))'
        patched[one["file"]] = text.replace(one["old"], one["new"].replace("OFF", switch))
    return patched


def build(source: Path, target: Path, package: str) -> dict[str, str]:
    """Test binaries of a package by name."""
    command = ["cargo", "test", "--locked", "--no-run", "--message-format=json", "-p", package, "--lib", "--tests"]
    if not (source / "crates" / package / "src/lib.rs").exists():
        command.remove("--lib")
    environment = {**os.environ, "CARGO_TARGET_DIR": str(target), "RUSTFLAGS": os.environ.get("RUSTFLAGS", "")}
    answer = subprocess.run(command, cwd=source, env=environment, stdout=subprocess.PIPE, text=True)
    if answer.returncode:
        for line in answer.stdout.splitlines():
            rendered = (json.loads(line).get("message") or {}).get("rendered")
            print(rendered or "", end="", file=sys.stderr)
        sys.exit(f"{package} does not build")
    found = {}
    for line in answer.stdout.splitlines():
        said = json.loads(line)
        if said.get("executable") and said.get("profile", {}).get("test"):
            kind = said["target"]["kind"][0]
            found["lib" if kind == "lib" else said["target"]["name"]] = said["executable"]
    return found


def passes(source: Path, binaries: dict[str, dict[str, str]], test: str, off: int | None) -> bool:
    package, binary, path = test.split("::", 2)
    module, _, name = path.rpartition("::")
    # A story told on both databases stands in one module for each.
    names = [path] + [f"{module}::{database}::{name}" for database in ("sqlite", "postgres")]
    environment = {**os.environ}
    environment.pop("TERCEL_OFF", None)
    if off is not None:
        environment["TERCEL_OFF"] = str(off)
    folder = source / "crates" / package
    command = [binaries[package][binary], "--exact", *names]
    try:
        answer = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return False
    if "running 0 tests" in answer.stdout:
        sys.exit(f"there is no test {test}")
    return answer.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="mechanisms whose name contains this")
    parser.add_argument("--package", default="", help="tests of this package alone")
    arguments = parser.parse_args()
    table = tomllib.loads((HERE / "mutations.toml").read_text())["mutation"]
    source, target = arguments.folder.resolve() / "src", arguments.folder.resolve() / "target"
    copy_tree(source, patch(table))
    chosen = [
        (number, one)
        for number, one in enumerate(table, 1)
        if arguments.only in one["name"] and one["test"].startswith(arguments.package)
    ]
    packages = sorted({one["test"].split("::")[0] for _, one in chosen})
    binaries = {package: build(source, target, package) for package in packages}
    sound: dict[str, bool] = {}
    bad = 0
    for number, one in chosen:
        test = one["test"]
        if test not in sound:
            sound[test] = passes(source, binaries, test, None)
        if not sound[test]:
            said = "its test fails anyway"
        elif passes(source, binaries, test, number):
            said = "SURVIVED"
        else:
            said = "killed"
        bad += said != "killed"
        print(f"{said}: {one['name']} ({test})", flush=True)
    print(f"{len(chosen) - bad} of {len(chosen)} killed")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
