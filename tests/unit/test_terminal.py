"""Tables in a terminal of some width: side by side, or a block for each row."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from modelops_abm.representation import Row, Table, numbers, words
from modelops_abm.terminal import console, print_table, say_below

LABELS = ("Half the team leaves", "Retraining", "Hours to restore")
AMOUNTS = ("−$2.02 M\u00a0±0.12 M", "+$464 k\u00a0±22 k", "42\u00a0%")


def printed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    amounts: int,
    heads: int = 1,
) -> str:
    """Return a table of three rows with so many columns of amounts as a terminal shows it."""
    monkeypatch.setenv("COLUMNS", str(width))
    headings = [f"net present value {place}" for place in range(amounts)]
    rows = [
        Row((label, *[amount] * amounts)) for label, amount in zip(LABELS, AMOUNTS, strict=True)
    ]
    table = Table("any", (*words("Story"), *numbers(*headings)), rows, "In $.", heads=heads)
    print_table(console(), table)
    out = capsys.readouterr().out
    assert all(len(line) <= width for line in out.splitlines())
    return out


@pytest.mark.parametrize(("width", "amounts"), [(120, 3), (80, 2), (80, 4), (50, 4), (30, 1)])
def test_no_word_and_no_amount_is_parted_and_none_is_lost(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, width: int, amounts: int
) -> None:
    out = printed(capsys, monkeypatch, width, amounts)
    assert [out.count(amount) for amount in AMOUNTS] == [amounts] * len(AMOUNTS)
    said = out.split()
    for label in LABELS:
        assert set(label.split()) <= set(said)
    assert out.rstrip().endswith("In $.")


def test_a_row_stands_in_one_line_where_there_is_room(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = printed(capsys, monkeypatch, 120, 3).splitlines()
    assert lines[0].split()[:2] == ["Story", "net"]
    assert [line.startswith(label) for line, label in zip(lines[1:], LABELS, strict=False)] == [
        True
    ] * len(LABELS)


def test_a_block_begins_with_what_it_is_about(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = printed(capsys, monkeypatch, 80, 4).splitlines()
    assert lines[0] == "Story"
    for label, amount in zip(LABELS, AMOUNTS, strict=True):
        # Below the first label stand the headings, in two lines.
        shown = lines[lines.index(label) + (3 if label == LABELS[0] else 1)]
        assert shown.startswith("  ")
        assert shown.count(amount) == 4


def test_two_columns_may_head_a_block_and_rows_without_them_go_on_in_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    about = "a survey of more than a thousand developers in five countries"
    rows = [Row(("Hours", "68", f"{about} {number}", about)) for number in range(2)]
    rows.append(Row(("", "", "another one", about)))
    columns = (*words("Measure"), *numbers("ours"), *words("published", "of whom"))
    print_table(console(), Table("any", columns, rows, heads=2))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Measure, ours"
    assert [line for line in lines if line.startswith("Hours")] == ["Hours  68"] * 2
    assert sum(line.startswith("  another one") for line in lines) == 1


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_long_remark_is_wrapped_for_a_reader_and_one_line_for_a_search(
    *, is_terminal: bool
) -> None:
    target = Console(file=io.StringIO(), width=40, force_terminal=is_terminal, highlight=False)
    remark = "without effect: capabilities.automation: start_day, effort_days (not built)"
    say_below(target, remark)
    said = target.file.getvalue()  # type: ignore[attr-defined]
    first, *others = said.splitlines()
    assert first.startswith("  without effect")
    assert " ".join(said.split()) == remark
    assert bool(others) == is_terminal
    assert all(line.startswith("    ") and len(line) <= 40 for line in others)
